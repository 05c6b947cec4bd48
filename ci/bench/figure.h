#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dualpath::bench {

/// What the issue asks of a figure.
struct Limit {
  enum class Kind { kAtMost, kAtLeast };

  Kind kind = Kind::kAtMost;
  double value = 0;

  static Limit AtMost(double value) { return {Kind::kAtMost, value}; }
  static Limit AtLeast(double value) { return {Kind::kAtLeast, value}; }
};

/// One thing measured.
struct Figure {
  std::string group;              ///< the measurement that it is of, "restore"
  std::string name;               ///< its own, stable: "restore.assertion.median"
  std::string what;               ///< in words: "restore to the first assertion, median"
  std::string unit;               ///< "s", "x" (a ratio), "%", "MB" (10^6 bytes)
  std::optional<double> value{};  ///< none: it could not be measured, and `note` says why
  std::optional<Limit> limit{};   ///< none: the issue has none
  std::vector<double> samples{};  ///< what the value is made of, in the order measured, if several
  std::string note{};             ///< how it was measured, where the words do not say so
  bool headline = false;          ///< one for README.md, even without a limit

  /// None if there is no limit, or no value.
  std::optional<bool> Met() const;
};

/// "0.84 s", "12 x", "-": as many digits as matter.
std::string ValueInWords(const std::optional<double>& value, const std::string& unit);
std::string ValueInWords(const Figure& figure);

/// "at most 1 s"; empty: none.
std::string LimitInWords(const Figure& figure);

}  // namespace dualpath::bench
