#include "ci/dualpath/fio_job.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <system_error>

#include "helpers/base/file.h"
#include "helpers/base/number.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr std::uintmax_t kLargestJob = std::uintmax_t{64} << 10;
constexpr char kDisk[] = "${DISK}";

// Measured with randrw, bs=16k, iodepth=4: 43 I/Os per second of the VM's clock, of which a busy VM
// needs some eight seconds of CPU time for each.
constexpr int kUsualFactor = 8;
constexpr int kLongestFactor = 16;
constexpr seconds kAround{120};  // restoring the VM, the rounds of faults at the ends

/// Parses fio's time: "30", "30s", "2m", "1h", "500ms".
std::optional<seconds> ParseTime(const std::string& text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  const auto number = ParseWhole<std::int64_t>(text.substr(0, digits));
  if (!number) return std::nullopt;
  const std::string unit = digits == std::string::npos ? "s" : text.substr(digits);
  if (unit == "s") return seconds(*number);
  if (unit == "m") return std::chrono::minutes(*number);
  if (unit == "h") return std::chrono::hours(*number);
  if (unit == "d") return std::chrono::hours(24 * *number);
  if (unit == "ms") return std::chrono::ceil<seconds>(std::chrono::milliseconds(*number));
  return std::nullopt;
}

/// A section of a job file.
struct Section {
  std::string name;
  std::map<std::string, std::string> options;

  std::string Get(const std::string& option, const std::string& otherwise) const {
    const auto found = options.find(option);
    return found == options.end() ? otherwise : found->second;
  }
};

std::vector<Section> SectionsOf(const std::string& job) {
  std::vector<Section> sections;
  std::istringstream lines(job);
  for (std::string line; std::getline(lines, line);) {
    boost::trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      sections.push_back({line.substr(1, line.find(']') - 1), {}});
    } else if (!sections.empty()) {
      const std::size_t equals = line.find('=');
      const std::string value = equals == std::string::npos ? "" : line.substr(equals + 1);
      sections.back().options[boost::trim_copy(line.substr(0, equals))] = boost::trim_copy(value);
    }
  }
  return sections;
}

}  // namespace

Status CheckFioJob(const std::string& file) {
  const auto refuse = [&](const std::string& reason) {
    return Error::Because("use as a fio job", file, reason);
  };
  std::error_code ec;
  const fs::file_status status = fs::status(file, ec);
  if (!fs::exists(status))
    return Error::FromErrno("use as a fio job", file, ec ? ec.value() : ENOENT);
  if (!fs::is_regular_file(status)) return refuse("not a regular file");
  const std::uintmax_t bytes = fs::file_size(file, ec);
  if (bytes > kLargestJob) {
    return refuse(std::to_string(bytes) + " bytes; a job file may have at most " +
                  std::to_string(kLargestJob));
  }
  DUALPATH_TRY(const std::string job, ReadFile(file));
  if (job.find(kDisk) == std::string::npos) {
    return refuse("does not name the guest's disk, ${DISK}, as in filename=${DISK}");
  }
  return Ok{};
}

std::optional<seconds> RuntimeOf(const std::string& job) {
  Section global;
  seconds longest{0};
  seconds sum{0};
  bool in_turn = false;
  bool has_jobs = false;
  for (const Section& section : SectionsOf(job)) {
    if (section.name == "global") {
      for (const auto& [option, value] : section.options) global.options[option] = value;
      continue;
    }
    has_jobs = true;
    const auto get = [&](const std::string& option, const std::string& otherwise) {
      return section.Get(option, global.Get(option, otherwise));
    };
    const auto runtime = ParseTime(get("runtime", get("timeout", "")));
    const auto ramp = ParseTime(get("ramp_time", "0"));
    const auto delay = ParseTime(get("startdelay", "0"));
    if (!runtime || !ramp || !delay || runtime->count() == 0) return std::nullopt;
    const seconds all = *runtime + *ramp + *delay;
    longest = std::max(longest, all);
    sum += all;
    in_turn = in_turn || section.options.count("stonewall") > 0 ||
              section.options.count("wait_for_previous") > 0;
  }
  if (!has_jobs) return std::nullopt;
  return in_turn ? sum : longest;
}

FioCost CostOf(seconds runtime) {
  return {runtime * kUsualFactor + kAround, runtime * kLongestFactor + kAround};
}

Status PlanFioJob(const std::string& job, bool timeout_is_given, seconds& timeout,
                  std::string& text) {
  const auto runtime = RuntimeOf(job);
  if (!runtime) {
    text = fmt::format(
        "the job has no runtime= and ends with its size, at some 5 I/Os per second of CPU time, as "
        "the VM is emulated; it is stopped after {} s of CPU time (--timeout)",
        timeout.count());
    return Ok{};
  }
  const FioCost cost = CostOf(*runtime);
  if (timeout_is_given && timeout < cost.usual) {
    return Error::Because(
        "run the fio job", fmt::format("{} s", runtime->count()),
        fmt::format("it takes some {} s of CPU time in the emulated VM, and --timeout is {}",
                    cost.usual.count(), timeout.count()));
  }
  if (!timeout_is_given) timeout = std::max(timeout, cost.longest);
  text = fmt::format(
      "the job runs for {} s on the VM's clock, for which the emulated VM takes some {} s of CPU "
      "time; it is stopped after {} s (--timeout)",
      runtime->count(), cost.usual.count(), timeout.count());
  return Ok{};
}

std::vector<std::string> SoakCommand(const std::string& directory) {
  return {directory + "/dualpath_cases",
          "--gtest_filter=Soak.FioVerifiesItsBlocksWhilePathsComeAndGo"};
}

}  // namespace dualpath::cli
