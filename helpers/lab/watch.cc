#include "helpers/lab/watch.h"

#include <spdlog/fmt/fmt.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr char kWait[] = "wait for the lab VM";
constexpr char kQemu[] = "QEMU";
constexpr milliseconds kPause{20};
constexpr int kShareOfAnIdleVm = 1000;

}  // namespace

Watch::CpuTime Watch::OfProcess(pid_t pid) {
  return [pid]() -> nanoseconds {
    clockid_t clock = 0;
    timespec used = {};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
      return nanoseconds(0);
    }
    return seconds(used.tv_sec) + nanoseconds(used.tv_nsec);
  };
}

Watch::Watch(Limit limit, CpuTime cpu_time, std::function<Status()> also, milliseconds interval)
    : limit_(limit),
      cpu_time_(std::move(cpu_time)),
      also_(std::move(also)),
      interval_(interval),
      at_begin_(cpu_time_()),
      when_it_ran_(at_begin_) {}

Status Watch::Await(pollfd* descriptors, std::size_t count) {
  while (true) {
    const int ready = ::poll(descriptors, count, static_cast<int>(interval_.count()));
    if (ready < 0 && errno != EINTR) return Error::FromErrno(kWait, kQemu, errno);
    if (ready > 0) {
      // A VM that does nothing but write must end, too. Time in which we do not wait, for example
      // because our own output is blocked, is not the VM's.
      still_ = milliseconds(0);
      when_it_ran_ = cpu_time_();
      return CheckUse();
    }
    DUALPATH_TRY_STATUS(Check(interval_));
  }
}

Status Watch::AwaitReadable(int fd) {
  std::array<pollfd, 1> descriptors = {pollfd{fd, POLLIN, 0}};
  return Await(descriptors);
}

Status Watch::Until(const std::function<bool()>& done) {
  const milliseconds pause = std::min(kPause, interval_);
  while (!done()) {
    std::this_thread::sleep_for(pause);
    since_last_look_ += pause;
    if (since_last_look_ < interval_) continue;
    DUALPATH_TRY_STATUS(Check(std::exchange(since_last_look_, milliseconds(0))));
  }
  return Ok{};
}

Status Watch::Check(milliseconds waited) {
  DUALPATH_TRY_STATUS(CheckUse());
  still_ += waited;
  const nanoseconds used = cpu_time_();
  if (used - when_it_ran_ >= nanoseconds(still_) / kShareOfAnIdleVm) {
    still_ = milliseconds(0);
    when_it_ran_ = used;
  }
  if (still_ < limit_.still) return Ok{};
  return Error::Because(kWait, kQemu,
                        fmt::format("the VM does not run: it used {} ms of CPU time in {:.0f} s",
                                    (used - when_it_ran_) / milliseconds(1),
                                    std::chrono::duration<double>(still_).count()));
}

Status Watch::CheckUse() const {
  if (also_) DUALPATH_TRY_STATUS(also_());
  if (cpu_time_() - at_begin_ < limit_.cpu) return Ok{};
  return Error::Because(kWait, kQemu,
                        fmt::format("no answer within {} s of CPU time", limit_.cpu.count()));
}

}  // namespace dualpath::lab
