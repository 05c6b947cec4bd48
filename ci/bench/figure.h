#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dualpath::bench {

/// Required value of a figure.
struct Limit {
  enum class Kind { kAtMost, kAtLeast };

  Kind kind = Kind::kAtMost;
  double value = 0;

  static Limit AtMost(double value) { return {Kind::kAtMost, value}; }
  static Limit AtLeast(double value) { return {Kind::kAtLeast, value}; }
};

/// One measured quantity.
struct Figure {
  std::string group;              ///< name of the measurement, "restore"
  std::string name;               ///< stable identifier, "restore.assertion.median"
  std::string what;               ///< description, "restore to the first assertion, median"
  std::string unit;               ///< "s", "x" (a ratio), "%", "MB" (10^6 bytes)
  std::optional<double> value{};  ///< none if it could not be measured; `note` has the reason
  std::optional<Limit> limit{};   ///< none if there is no requirement
  std::vector<double> samples{};  ///< samples of the value, if there are several, in order
  std::string note{};             ///< how it was measured, or why it was not
  bool headline = false;          ///< whether the published table includes it even without a limit

  /// Returns whether the value is within the limit; nullopt without a limit or a value.
  std::optional<bool> Met() const;
};

/// Formats a value with two or three significant digits: "0.84 s", "12 x"; "-" if there is no
/// value.
std::string FormatValue(const std::optional<double>& value, const std::string& unit);
std::string FormatValue(const Figure& figure);

/// Formats the limit, "at most 1 s"; empty without a limit.
std::string FormatLimit(const Figure& figure);

}  // namespace dualpath::bench
