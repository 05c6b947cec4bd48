#include "helpers/process/progress.h"

#include <fcntl.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "helpers/base/unique_fd.h"

namespace dualpath::process {
namespace {

using std::chrono::seconds;

constexpr char kClearLine[] = "\r\x1b[K";

/// Returns whether standard error is a terminal on which a line can be rewritten.
bool WritesInPlace() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string(terminal) != "dumb";
}

std::atomic<bool> line_is_drawn{false};

/// The stages that have begun and not ended, the innermost last.
class Stages {
 public:
  void Begin(const Stage* stage) {
    const std::lock_guard<std::mutex> guard(mutex_);
    stages_.push_back(stage);
  }
  void End(const Stage* stage) {
    const std::lock_guard<std::mutex> guard(mutex_);
    stages_.erase(std::remove(stages_.begin(), stages_.end(), stage), stages_.end());
  }
  bool IsInnermost(const Stage* stage) {
    const std::lock_guard<std::mutex> guard(mutex_);
    return !stages_.empty() && stages_.back() == stage;
  }

 private:
  std::mutex mutex_;
  std::vector<const Stage*> stages_;
};

Stages& AllStages() {
  static auto* stages = new Stages();  // never destroyed: a reporter may outlive static destructors
  return *stages;
}

}  // namespace

void LogToStandardError() {
  auto logger = spdlog::stderr_color_mt("dualpath");
  // The message replaces what a stage has written in place.
  logger->set_pattern((WritesInPlace() ? kClearLine : "") + std::string("dualpath: %v"));
  spdlog::set_default_logger(logger);
  const char* const word = std::getenv("DUALPATH_LOG");
  const auto level = word == nullptr ? spdlog::level::info : spdlog::level::from_str(word);
  // from_str returns "off" for unknown words, too.
  const bool unknown = level == spdlog::level::off && std::string(word) != "off";
  spdlog::set_level(unknown ? spdlog::level::info : level);
  if (unknown) {
    spdlog::warn("unknown level DUALPATH_LOG=\"{}\"; levels: debug, info, warn, error, off", word);
  }
}

double SecondsSince(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

std::chrono::seconds NextReport(std::chrono::seconds elapsed, bool in_place) {
  constexpr seconds kFirst{5};
  constexpr seconds kInLog{30};
  if (in_place) return std::max(kFirst, elapsed + seconds(1));
  return (elapsed / kInLog + 1) * kInLog;
}

std::string ReportOf(const std::string& what, std::chrono::seconds elapsed,
                     std::chrono::seconds usual) {
  std::string report = fmt::format("{}: {} s so far", what, elapsed.count());
  if (usual.count() > 0) report += fmt::format(", usually some {} s", usual.count());
  if (usual.count() > 0 && elapsed > usual) report += "; this machine is slower, or busy";
  return report;
}

void ReportToLog(const std::string& report) {
  spdlog::info("{}", report);
  const char* file = std::getenv("DUALPATH_PROGRESS");
  if (file == nullptr) return;
  const UniqueFd fd(::open(file, O_WRONLY | O_APPEND | O_CLOEXEC));
  const std::string line = "dualpath: " + report + "\n";
  // One write, since several processes append; what is lost is progress only.
  if (fd && ::write(fd.get(), line.data(), line.size()) < 0) {
    spdlog::debug("cannot write to {}: {}", file, std::strerror(errno));
  }
}

void ClearProgress() {
  if (line_is_drawn.exchange(false)) std::fputs(kClearLine, stderr);
}

Stage::Stage(std::string what, std::chrono::seconds usual, Announce announce)
    : what_(std::move(what)),
      usual_(usual),
      announce_(announce),
      begun_(std::chrono::steady_clock::now()) {
  if (announce_ == Announce::kBeginAndEnd) spdlog::info("{} ...", what_);
  AllStages().Begin(this);
  if (spdlog::should_log(spdlog::level::info))
    reporter_ = std::thread([this] { ReportUntilEnd(); });
}

Stage::~Stage() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    ended_ = true;
  }
  end_.notify_one();
  if (reporter_.joinable()) reporter_.join();
  AllStages().End(this);
  if (announce_ == Announce::kNothing) {
    ClearProgress();
  } else {
    line_is_drawn = false;  // the message replaces it
    spdlog::info("{}: {:.1f} s", what_, SecondsSince(begun_));
  }
}

void Stage::ReportUntilEnd() {
  const bool in_place = WritesInPlace();
  seconds next = NextReport(seconds(0), in_place);
  std::unique_lock<std::mutex> lock(mutex_);
  while (!end_.wait_until(lock, begun_ + next, [this] { return ended_; })) {
    const auto elapsed =
        std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - begun_);
    next = NextReport(elapsed, in_place);
    if (!AllStages().IsInnermost(this)) continue;
    const std::string report = ReportOf(what_, elapsed, usual_);
    if (in_place) {
      std::fprintf(stderr, "%sdualpath: %s", kClearLine, report.c_str());
      line_is_drawn = true;
    } else {
      ReportToLog(report);
    }
  }
}

}  // namespace dualpath::process
