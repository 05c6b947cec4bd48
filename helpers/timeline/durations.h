#pragma once

#include <cstdint>

namespace dualpath::timeline {

// In microseconds, the unit of records.
constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kDay = 86400 * kSecond;

}  // namespace dualpath::timeline
