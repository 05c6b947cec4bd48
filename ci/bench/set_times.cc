#include "ci/bench/set_times.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "ci/results/run.h"
#include "helpers/base/file.h"

namespace dualpath::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Returns whether a case was rerun after the whole set.
bool RanSince(const std::string& results, fs::file_time_type then) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(results, ec)) {
    std::error_code no_timing;
    const auto time = fs::last_write_time(entry.path() / "timing.json", no_timing);
    if (!no_timing && time > then) return true;
  }
  return false;
}

void AddWallTime(const std::string& results, SetTimes& times) {
  const std::string file = results + "/run.json";
  const auto text = ReadFile(file);
  if (!text.ok()) return;
  const json run = json::parse(*text, nullptr, false);
  if (!run.is_object() || !run.contains("wall_seconds") || !run["wall_seconds"].is_number()) return;
  const double seconds = run["wall_seconds"].get<double>();
  std::error_code ec;
  const auto written = fs::last_write_time(file, ec);
  if (ec || !std::isfinite(seconds) || seconds <= 0 || RanSince(results, written)) return;
  times.wall_seconds = seconds;
  const auto jobs = run.find("jobs");
  if (jobs != run.end() && jobs->is_number_integer()) times.jobs = jobs->get<int>();
}

double Sum(const std::vector<CaseTime>& cases, double CaseTime::*seconds) {
  return std::accumulate(
      cases.begin(), cases.end(), 0.0,
      [seconds](double sum, const CaseTime& each) { return sum + each.*seconds; });
}

}  // namespace

double SetTimes::RealSeconds() const { return Sum(cases, &CaseTime::real_seconds); }

double SetTimes::VirtualSeconds() const { return Sum(cases, &CaseTime::virtual_seconds); }

SetTimes ReadSetTimes(const std::string& results) {
  SetTimes times;
  for (const results::CaseRun& run : results::ReadRun(results, "").cases) {
    // Skipped cases, and cases without a verdict, have no meaningful time.
    if (run.Skipped() || run.HasNoVerdict() || !run.real_seconds || !run.virtual_seconds ||
        *run.real_seconds <= 0) {
      continue;
    }
    times.cases.push_back({run.name, *run.real_seconds, *run.virtual_seconds});
  }
  std::stable_sort(
      times.cases.begin(), times.cases.end(),
      [](const CaseTime& a, const CaseTime& b) { return a.real_seconds > b.real_seconds; });
  AddWallTime(results, times);
  return times;
}

}  // namespace dualpath::bench
