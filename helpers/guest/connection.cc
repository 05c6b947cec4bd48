#include "helpers/guest/connection.h"

#include <libvirt/virterror.h>

#include <atomic>
#include <thread>
#include <utility>

namespace dualpath::guest {
namespace {

/// libvirt's default event loop can be neither stopped nor registered again; one thread runs it
/// until the process ends.
class EventLoop {
 public:
  static Status Start() {
    static EventLoop loop;
    return loop.started_;
  }

 private:
  EventLoop() {
    // By default libvirt prints every error to stderr; we return them as `Error`.
    virSetErrorFunc(nullptr, [](void* /*data*/, virErrorPtr /*error*/) {});
    if (virInitialize() != 0 || virEventRegisterDefaultImpl() != 0) {
      started_ = LibvirtError("start event loop", "libvirt");
      return;
    }
    // Fires only when updated; the destructor uses it to wake the loop.
    wake_ = virEventAddTimeout(
        -1, [](int /*timer*/, void* /*data*/) {}, nullptr, nullptr);
    thread_ = std::thread([this] {
      while (!ending_) {
        if (virEventRunDefaultImpl() != 0) return;
      }
    });
  }

  ~EventLoop() {
    if (!thread_.joinable()) return;
    ending_ = true;
    virEventUpdateTimeout(wake_, 0);
    thread_.join();
  }

  Status started_ = Ok{};
  std::atomic<bool> ending_{false};
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace

Error LibvirtError(const std::string& operation, const std::string& object) {
  const virErrorPtr last = virGetLastError();
  if (last == nullptr || last->message == nullptr) {
    return Error::Because(operation, object, "libvirt reported no reason");
  }
  return Error::Because(
      operation, object,
      std::string(last->message) + " (libvirt error " + std::to_string(last->code) + ")");
}

Connection::Connection(Pointer connection, std::string uri, std::shared_ptr<DomainEvents> events)
    : connection_(std::move(connection)), uri_(std::move(uri)), events_(std::move(events)) {}

Result<Connection> Connection::Open(const std::string& uri) {
  DUALPATH_TRY_STATUS(EventLoop::Start());
  Pointer connection(virConnectOpen(uri.c_str()));
  if (!connection) return LibvirtError("connect to libvirt", uri);
  DUALPATH_TRY(auto events, DomainEvents::Listen(connection.get()));
  return Connection(std::move(connection), uri, std::move(events));
}

}  // namespace dualpath::guest
