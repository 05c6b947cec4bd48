#include "ci/bench/figure.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>

namespace dualpath::bench {

std::optional<bool> Figure::Met() const {
  if (!limit || !value) return std::nullopt;
  return limit->kind == Limit::Kind::kAtMost ? *value <= limit->value : *value >= limit->value;
}

std::string FormatValue(const std::optional<double>& value, const std::string& unit) {
  if (!value) return "-";
  const double size = std::abs(*value);
  const int digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  std::string number = fmt::format("{:.{}f}", *value, digits);
  // "60 s", not "60.0 s".
  while (number.find('.') != std::string::npos && (number.back() == '0' || number.back() == '.')) {
    number.pop_back();
  }
  return unit.empty() ? number : number + " " + unit;
}

std::string FormatValue(const Figure& figure) { return FormatValue(figure.value, figure.unit); }

std::string FormatLimit(const Figure& figure) {
  if (!figure.limit) return "";
  const bool at_most = figure.limit->kind == Limit::Kind::kAtMost;
  return (at_most ? "at most " : "at least ") + FormatValue(figure.limit->value, figure.unit);
}

}  // namespace dualpath::bench
