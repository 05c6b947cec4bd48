#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "helpers/timeline/log_entry.h"

namespace dualpath::timeline {

/// A log line that a record with named fields carries, as JSON or in journald's export format.
struct CarriedLine {
  Stamp stamp;
  std::string program;  ///< empty: the output of a container, which names none
  std::string message;
  std::optional<std::int64_t> since_boot_us;  ///< time since boot, if it is there too
  std::string boot_id;
  bool continues = false;  ///< Docker: the next record continues the line
};

/// Parses the JSON of `journalctl -o json`, of Docker's json-file, or of another collector with a
/// time and a message. None for other JSON.
std::optional<CarriedLine> ParseCarriedJson(std::string_view json);

/// Returns the program of a line of `journalctl -o json`, without parsing all of it; empty if it is
/// not there.
std::string_view ProgramInJson(std::string_view line);

/// Reads `journalctl -o export`: lines "FIELD=VALUE" up to an empty line. A value with a newline is
/// "FIELD", its length in eight bytes, and its bytes (systemd's "Journal Export Formats").
class ExportReader {
 public:
  /// Returns whether `line` begins an entry.
  static bool Begins(std::string_view line);
  bool IsInEntry() const { return in_entry_; }

  /// Adds a line, without its newline, but otherwise unchanged. Returns the entry that it ends.
  std::optional<CarriedLine> Add(std::string_view line);

  /// Ends the entry, if there is one.
  std::optional<CarriedLine> End();

 private:
  std::optional<CarriedLine> AddBinary(std::string_view line);

  std::map<std::string, std::string> fields_;
  bool in_entry_ = false;
  std::string binary_field_;
  std::string binary_;  ///< of `binary_field_`: length and value, as far as they are read
};

}  // namespace dualpath::timeline
