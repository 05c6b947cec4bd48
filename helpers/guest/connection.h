#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/domain_event.h"

namespace dualpath::guest {

/// Returns libvirt's last error in this thread as an `Error`.
Error LibvirtError(const std::string& operation, const std::string& object);

/// A connection to libvirt. Opening the first one starts libvirt's default event loop in a thread,
/// which events require:
/// https://libvirt.org/html/libvirt-libvirt-event.html
class Connection {
 public:
  static Result<Connection> Open(const std::string& uri = "qemu:///system");

  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&&) noexcept = default;

  virConnectPtr get() const { return connection_.get(); }
  const std::string& uri() const { return uri_; }

  /// Returns the events of all domains since the connection was opened.
  const std::shared_ptr<DomainEvents>& events() const { return events_; }

 private:
  struct Close {
    void operator()(virConnectPtr connection) const { virConnectClose(connection); }
  };

  using Pointer = std::unique_ptr<virConnect, Close>;

  Connection(Pointer connection, std::string uri, std::shared_ptr<DomainEvents> events);

  Pointer connection_;
  std::string uri_;
  std::shared_ptr<DomainEvents> events_;
};

}  // namespace dualpath::guest
