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

/// Something that libvirt reported of a domain.
struct DomainEvent {
  enum class Kind { kLifecycle, kIoError, kDeviceRemoved };

  Kind kind = Kind::kLifecycle;
  std::string domain{};
  Deadline::Clock::time_point at{};  ///< CLOCK_MONOTONIC, when it reached us

  // Lifecycle: virDomainEventType, and the detail that belongs to it.
  int type = 0;
  int detail = 0;

  // Device removed: libvirt's alias of the disk ("scsi0-0-0-0"). I/O error: the same, what QEMU
  // does about it (virDomainEventIOErrorAction), and the reason: "", "enospc", "eperm", "eio",
  // "eother".
  std::string disk{};
  int action = 0;
  std::string reason{};

  bool Suspended(virDomainEventSuspendedDetailType why) const {
    return kind == Kind::kLifecycle && type == VIR_DOMAIN_EVENT_SUSPENDED && detail == why;
  }

  bool Removed(const std::string& alias) const {
    return kind == Kind::kDeviceRemoved && disk == alias;
  }

  /// Of an I/O error: "ignored", "the guest is paused" or "reported to the guest".
  std::string ActionInWords() const;

  /// "suspended (I/O error)" or "I/O error on scsi0-0-0-0: reported to the guest".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const DomainEvent& event) {
  return out << event.ToString();
}

/// The events of every domain of one connection. libvirt takes the same callback only once per
/// connection and domain, so the connection listens, and each Domain picks its own.
class DomainEvents {
 public:
  /// Listens from now until destroyed. Needs the event loop (see Connection).
  static Result<std::shared_ptr<DomainEvents>> Listen(virConnectPtr connection);

  ~DomainEvents();
  DomainEvents(const DomainEvents&) = delete;
  DomainEvents& operator=(const DomainEvents&) = delete;

  /// How many there have been, of any domain.
  std::size_t size() const;

  /// Those of one domain, without the first `from` of any domain.
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
