#include "helpers/observe/uevents.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::observe {
namespace {

constexpr unsigned kKernelsGroup = 1;  // group 2 has udev's messages, which are sent later
constexpr int kBufferBytes = 1 << 20;
constexpr std::size_t kLargestMessage = 8192;  // UEVENT_BUFFER_SIZE is 2048

bool IsOfInterest(const Uevent& uevent) {
  const std::string subsystem = uevent.Property("SUBSYSTEM");
  return subsystem == "block" || subsystem == "scsi";
}

}  // namespace

std::string Uevent::Property(const std::string& name) const {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

Uevent Uevent::Parse(std::int64_t monotonic_us, const std::string& message) {
  Uevent uevent;
  uevent.monotonic_us = monotonic_us;
  for (std::size_t begin = 0; begin < message.size();) {
    const std::size_t end = std::min(message.find('\0', begin), message.size());
    const std::size_t equals = message.find('=', begin);
    if (equals < end) {
      uevent.properties[message.substr(begin, equals - begin)] =
          message.substr(equals + 1, end - equals - 1);
    }
    begin = end + 1;
  }
  return uevent;
}

/// Stores the messages and parses them only on request.
class UeventMonitor::Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    const bool written = ::write(stop_.get(), &one, sizeof one) == sizeof one;
    if (written) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }

  Status Start() {
    socket_ = UniqueFd(
        ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
    if (!socket_) return Failed();
    // Best effort: only root can exceed the system's limit.
    static_cast<void>(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBufferBytes,
                                   sizeof kBufferBytes));
    sockaddr_nl address = {};
    address.nl_family = AF_NETLINK;
    address.nl_groups = kKernelsGroup;
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return Failed();
    }
    stop_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
    if (!stop_) return Failed();
    thread_ = std::thread([this] { Listen(); });
    return Ok{};
  }

  std::vector<Uevent> Uevents() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<Uevent> uevents;
    for (const auto& [time_us, message] : messages_) {
      Uevent uevent = Uevent::Parse(time_us, message);
      if (IsOfInterest(uevent)) uevents.push_back(std::move(uevent));
    }
    return uevents;
  }

  int overruns() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return overruns_;
  }

 private:
  static Error Failed() { return Error::FromErrno("receive uevents", "netlink socket", errno); }

  void Listen() {
    std::array<pollfd, 2> fds{};
    fds[0] = {socket_.get(), POLLIN, 0};
    fds[1] = {stop_.get(), POLLIN, 0};
    while (true) {
      if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
      Receive();
      if (fds[1].revents != 0) return;
    }
  }

  /// Receives all pending messages.
  void Receive() {
    std::array<char, kLargestMessage> buffer{};
    while (true) {
      sockaddr_nl sender = {};
      socklen_t size = sizeof sender;
      const ssize_t n = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&sender), &size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != ENOBUFS) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      if (n < 0) {
        ++overruns_;
      } else if (sender.nl_pid == 0) {  // sent by the kernel, not by a program
        messages_.emplace_back(MonotonicUs(),
                               std::string(buffer.data(), static_cast<std::size_t>(n)));
      }
    }
  }

  UniqueFd socket_;
  UniqueFd stop_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::vector<std::pair<std::int64_t, std::string>> messages_;
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
