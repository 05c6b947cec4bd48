#pragma once

#include "helpers/timeline/record.h"

namespace dualpath::timeline {

// Records for tests, all of the map "mpatha".

inline Record FakeGroups(std::int64_t time_us, const std::string& groups) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kMap;
  record.kind = "groups";
  record.map = "mpatha";
  record.state = groups;
  return record;
}

inline Record FakePathState(std::int64_t time_us, const std::string& path,
                            const std::string& state) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kPath;
  record.kind = "state";
  record.path = path;
  record.state = state;
  return record;
}

/// An I/O of the guest. Its sequence number is the time in milliseconds.
inline Record FakeIo(std::int64_t time_us, std::int64_t duration_us, int error_number = 0) {
  constexpr std::int64_t kMillisecond = 1000;
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kGuest;
  record.kind = "io";
  record.map = "mpatha";
  record.duration_us = duration_us;
  record.error_number = error_number;
  record.sequence = static_cast<std::uint64_t>(time_us / kMillisecond);
  return record;
}

}  // namespace dualpath::timeline
