#pragma once

#include <libvirt/libvirt.h>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// An event of a libvirt domain.
struct DomainEvent {
  enum class Kind { kLifecycle, kIoError, kDeviceRemoved };

  Kind kind = Kind::kLifecycle;
  std::string domain{};
  Deadline::Clock::time_point at{};  ///< CLOCK_MONOTONIC at its arrival

  // Lifecycle: virDomainEventType, and the detail of that type.
  int type = 0;
  int detail = 0;

  // Device removed: libvirt's alias of the disk ("scsi0-0-0-0"). I/O error: also QEMU's action
  // (virDomainEventIOErrorAction) and the reason: "", "enospc", "eperm", "eio", "eother".
  std::string disk{};
  int action = 0;
  std::string reason{};

  bool Suspended(virDomainEventSuspendedDetailType why) const {
    return kind == Kind::kLifecycle && type == VIR_DOMAIN_EVENT_SUSPENDED && detail == why;
  }

  bool Removed(const std::string& alias) const {
    return kind == Kind::kDeviceRemoved && disk == alias;
  }

  /// Describes an I/O error's action: "ignored", "the guest is paused" or "reported to the guest".
  std::string DescribeAction() const;

  /// "suspended (I/O error)" or "I/O error on scsi0-0-0-0: reported to the guest".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const DomainEvent& event) {
  return out << event.ToString();
}

/// Events of all domains of one connection. libvirt takes the same callback only once per
/// connection and domain, so the connection listens and each Domain selects its own events.
class DomainEvents {
 public:
  /// Listens from now until destroyed. Needs the event loop (see Connection).
  static Result<std::shared_ptr<DomainEvents>> Listen(virConnectPtr connection);

  ~DomainEvents();
  DomainEvents(const DomainEvents&) = delete;
  DomainEvents& operator=(const DomainEvents&) = delete;

  /// Returns the number of events so far, of all domains.
  std::size_t size() const;

  /// Returns how often the metadata under `kMarkUri` has changed, in any domain; see
  /// Domain::CatchUpWithEvents.
  std::size_t marks() const;
  static constexpr char kMarkUri[] = "https://dualpath/mark";

  /// Returns the events of one domain, skipping the first `from` events of all domains.
  std::vector<DomainEvent> Of(const std::string& domain, std::size_t from) const;

 private:
  class List;
  explicit DomainEvents(virConnectPtr connection);
  Status Register(int event_id, virConnectDomainEventGenericCallback callback);

  virConnectPtr connection_;
  std::shared_ptr<List> list_;
  std::vector<int> callbacks_;

  friend struct Callbacks;
};

}  // namespace dualpath::guest
