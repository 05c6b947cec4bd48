#pragma once

#include <optional>
#include <string_view>

namespace dualpath::timeline {

/// The abbreviated name of a month in any language of glibc's locales.
struct MonthName {
  int month = 0;              ///< 1 is January
  const char* locale = "";    ///< a locale that has the name: "fr_FR"
  bool is_ambiguous = false;  ///< a language that fewer logs use has it for another month: "lis"
};

/// Finds "mars", "févr.", "Mär", "3月". The case of ASCII letters and a point at the end do not
/// count.
std::optional<MonthName> FindMonth(std::string_view name);

}  // namespace dualpath::timeline
