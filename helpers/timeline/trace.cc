#include "helpers/timeline/trace.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

namespace dualpath::timeline {
namespace {

using nlohmann::ordered_json;

constexpr int kProcess = 1;

/// Lane, path or map, and whether it is the row of the map's groups; sorted as on the page.
using Row = std::tuple<Lane, std::string, bool>;

Row RowOf(const Record& record) {
  switch (record.lane) {
    case Lane::kPath:
      return {record.lane, record.path, false};
    case Lane::kMap:
      return {record.lane, record.map, record.kind == "groups"};
    default:
      return {record.lane, "", false};
  }
}

std::string NameOf(const Row& row) {
  const auto& [lane, subject, is_groups] = row;
  std::string name = Name(lane);
  if (!subject.empty()) name += " " + subject;
  return is_groups ? name + " groups" : name;
}

bool IsIo(const Record& record) {
  return record.kind == "io" && record.lane == Lane::kGuest && record.duration_us;
}

bool IsState(const Record& record) { return !record.state.empty() && record.kind != "line"; }

ordered_json Arguments(const Record& record) {
  // The record's JSON without the fields that the trace event itself has.
  ordered_json arguments = ordered_json::parse(record.ToJsonLine());
  for (const char* key : {"time_us", "lane", "duration_us"}) arguments.erase(key);
  return arguments;
}

std::string NameOf(const Record& record) {
  if (IsState(record)) return record.state;
  if (!record.text.empty()) return record.text;
  return record.kind.empty() ? "record" : record.kind;
}

}  // namespace

std::string TraceJson(const Timeline& timeline) {
  std::map<Row, int> threads;
  std::int64_t last_us = 0;
  std::vector<const Record*> in_time;
  for (const Record& record : timeline.records) {
    threads.emplace(RowOf(record), 0);
    const std::int64_t end_us = record.time_us + record.duration_us.value_or(0);
    last_us = in_time.empty() ? end_us : std::max(last_us, end_us);
    in_time.push_back(&record);
  }
  std::stable_sort(in_time.begin(), in_time.end(),
                   [](const Record* a, const Record* b) { return a->time_us < b->time_us; });

  std::string trace_events;
  const auto add = [&](const ordered_json& event) {
    trace_events += trace_events.empty() ? "\n" : ",\n";
    trace_events += event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  };
  add({{"ph", "M"},
       {"pid", kProcess},
       {"name", "process_name"},
       {"args", {{"name", timeline.title}}}});
  int thread = 0;
  for (auto& [row, id] : threads) {
    id = ++thread;
    add({{"ph", "M"},
         {"pid", kProcess},
         {"tid", id},
         {"name", "thread_name"},
         {"args", {{"name", NameOf(row)}}}});
    add({{"ph", "M"},
         {"pid", kProcess},
         {"tid", id},
         {"name", "thread_sort_index"},
         {"args", {{"sort_index", id}}}});
  }

  std::map<Row, std::int64_t> end_of_state;
  int io = 0;
  // Backwards, since a state lasts until the next one in its row.
  std::map<const Record*, std::int64_t> durations;
  for (auto at = in_time.rbegin(); at != in_time.rend(); ++at) {
    const Record& record = **at;
    if (!IsState(record)) continue;
    const Row row = RowOf(record);
    const auto next = end_of_state.find(row);
    const std::int64_t end_us = next == end_of_state.end() ? last_us : next->second;
    durations[&record] = record.duration_us.value_or(end_us - record.time_us);
    end_of_state[row] = record.time_us;
  }
  for (const Record* at : in_time) {
    const Record& record = *at;
    ordered_json common = {{"pid", kProcess},
                           {"tid", threads[RowOf(record)]},
                           {"ts", record.time_us},
                           {"cat", Name(record.lane)},
                           {"name", NameOf(record)}};
    if (IsIo(record)) {
      const std::string id = std::to_string(++io);
      common["name"] = record.error_number.value_or(0) == 0 ? "I/O" : "failed I/O";
      common["id"] = id;
      common["ph"] = "b";
      common["args"] = Arguments(record);
      add(common);
      common.erase("args");
      common["ph"] = "e";
      common["ts"] = record.time_us + *record.duration_us;
      add(common);
      constexpr double kMillisecond = 1000.0;
      const double latency_us =
          static_cast<double>(record.latency_us.value_or(*record.duration_us));
      add({{"ph", "C"},
           {"pid", kProcess},
           {"ts", record.time_us},
           {"name", "guest I/O latency"},
           {"args", {{"ms", latency_us / kMillisecond}}}});
      continue;
    }
    common["args"] = Arguments(record);
    const auto state = durations.find(at);
    if (state != durations.end() || record.duration_us) {
      common["ph"] = "X";
      common["dur"] = state != durations.end() ? state->second : *record.duration_us;
    } else {
      common["ph"] = "i";
      common["s"] = "t";
    }
    add(common);
  }
  const ordered_json other = {
      {"title", timeline.title},
      {"clock", timeline.clock == Timeline::Clock::kWall ? "wall" : "monotonic"}};
  return R"({"displayTimeUnit":"ms","otherData":)" +
         other.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + ",\"traceEvents\":[" +
         trace_events + "\n]}\n";
}

}  // namespace dualpath::timeline
