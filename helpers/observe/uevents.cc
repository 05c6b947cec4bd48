#include "helpers/observe/uevents.h"

#include <libudev.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>

#include "helpers/base/unique_fd.h"
#include "helpers/observe/recorder.h"

namespace dualpath::observe {
namespace {

constexpr int kBufferBytes = 1 << 20;

struct Unref {
  void operator()(udev* context) const { udev_unref(context); }
  void operator()(udev_monitor* monitor) const { udev_monitor_unref(monitor); }
  void operator()(udev_device* device) const { udev_device_unref(device); }
};

Uevent ToUevent(udev_device* device) {
  Uevent uevent;
  uevent.monotonic_us = NowUs();
  for (udev_list_entry* entry = udev_device_get_properties_list_entry(device); entry != nullptr;
       entry = udev_list_entry_get_next(entry)) {
    const char* const value = udev_list_entry_get_value(entry);
    uevent.properties[udev_list_entry_get_name(entry)] = value != nullptr ? value : "";
  }
  return uevent;
}

}  // namespace

std::string Uevent::Property(const std::string& name) const {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

/// libudev's objects, which only one thread may use: ours, from its start on.
class UeventMonitor::Listener {
 public:
  Status Start() {
    context_.reset(udev_new());
    if (!context_) return Error::FromErrno("listen for", "uevents", errno);
    // "kernel": udev's own broadcast comes later, and may not come at all.
    monitor_.reset(udev_monitor_new_from_netlink(context_.get(), "kernel"));
    if (!monitor_) return Error::FromErrno("listen for", "uevents", errno);
    for (const char* subsystem : {"block", "scsi"}) {
      DUALPATH_TRY_STATUS(Succeeded(
          udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), subsystem, nullptr)));
    }
    // Best effort: only root may have it larger than the system's limit.
    udev_monitor_set_receive_buffer_size(monitor_.get(), kBufferBytes);
    DUALPATH_TRY_STATUS(Succeeded(udev_monitor_enable_receiving(monitor_.get())));
    stop_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
    if (!stop_) return Error::FromErrno("listen for", "uevents", errno);
    thread_ = std::thread([this] { Listen(); });
    return Ok{};
  }

  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    const bool told = ::write(stop_.get(), &one, sizeof one) == sizeof one;
    if (told) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }

  std::vector<Uevent> Uevents() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return uevents_;
  }

  int overruns() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return overruns_;
  }

 private:
  static Status Succeeded(int outcome) {
    if (outcome >= 0) return Ok{};
    return Error::FromErrno("listen for", "uevents", -outcome);
  }

  void Listen() {
    std::array<pollfd, 2> fds{};
    fds[0] = {udev_monitor_get_fd(monitor_.get()), POLLIN, 0};
    fds[1] = {stop_.get(), POLLIN, 0};
    while (true) {
      if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
      if ((fds[0].revents & ~POLLIN) != 0 && (fds[0].revents & POLLERR) == 0) return;
      if (fds[0].revents != 0) Receive();
      if (fds[1].revents != 0) return;
    }
  }

  void Receive() {
    errno = 0;
    const std::unique_ptr<udev_device, Unref> device(udev_monitor_receive_device(monitor_.get()));
    const int error_number = errno;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (device) {
      uevents_.push_back(ToUevent(device.get()));
    } else if (error_number == ENOBUFS) {
      ++overruns_;
    }
  }

  std::unique_ptr<udev, Unref> context_;
  std::unique_ptr<udev_monitor, Unref> monitor_;
  UniqueFd stop_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::vector<Uevent> uevents_;
  int overruns_ = 0;
};

UeventMonitor::UeventMonitor(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
UeventMonitor::UeventMonitor(UeventMonitor&&) noexcept = default;
UeventMonitor& UeventMonitor::operator=(UeventMonitor&&) noexcept = default;
UeventMonitor::~UeventMonitor() = default;

Result<UeventMonitor> UeventMonitor::Start() {
  auto listener = std::make_unique<Listener>();
  DUALPATH_TRY_STATUS(listener->Start());
  return UeventMonitor(std::move(listener));
}

std::vector<Uevent> UeventMonitor::Uevents() const { return listener_->Uevents(); }

int UeventMonitor::overruns() const { return listener_->overruns(); }

}  // namespace dualpath::observe
