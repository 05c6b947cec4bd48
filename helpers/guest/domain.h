#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/guest/connection.h"
#include "helpers/guest/domain_event.h"

namespace dualpath::guest {

/// What a domain is doing, and why.
struct DomainState {
  virDomainState state = VIR_DOMAIN_NOSTATE;
  int reason = 0;  ///< of the enum that belongs to the state: virDomainPausedReason...

  bool PausedByIoError() const {
    return state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_IOERROR;
  }
};

/// "running", "paused (I/O error)", "paused (reason 1)".
std::string ToString(const DomainState& state);
std::ostream& operator<<(std::ostream& out, const DomainState& state);

/// A domain of libvirt, by its API. Dropping a Domain leaves the domain itself as it is: the
/// fixture that owns it says when it ends.
class Domain {
 public:
  /// Defines the domain, so that it is seen by virsh, and starts it. Undefined again if it does not
  /// start.
  static Result<Domain> DefineAndStart(const Connection& connection, const std::string& xml);

  /// The domain of that name, if there is one; running or not.
  static Result<std::optional<Domain>> Lookup(const Connection& connection,
                                              const std::string& name);

  const std::string& name() const { return name_; }

  /// virDomainState: VIR_DOMAIN_RUNNING, VIR_DOMAIN_PAUSED, VIR_DOMAIN_SHUTOFF...
  Result<virDomainState> State() const;
  Result<DomainState> StateAndReason() const;

  /// The live XML, with what libvirt added.
  Result<std::string> XmlDesc() const;

  /// A command for QEMU's own monitor (QMP, as JSON), and QEMU's answer, which may be an error.
  /// libvirt then calls the domain tainted, for good reason: what changes the guest's devices this
  /// way it does not notice.
  Result<std::string> AskMonitor(const std::string& command) const;

  /// After a stop on an I/O error: QEMU tries the I/O again.
  Status Resume() const;

  /// Adds a device to the running domain: one <disk> or <hostdev> element.
  Status AttachDevice(const std::string& xml) const;

  /// Takes away the device of that alias. Returns once libvirt has reported that QEMU has let go of
  /// it, for which a PCI device needs the guest.
  Status DetachDevice(const std::string& alias, Deadline deadline) const;

  /// Ends the domain at once, as pulling the plug does. No error if it is off already.
  Status Destroy() const;

  /// Forgets the definition. No error if the domain is unknown already.
  Status Undefine() const;

  /// What was reported since this Domain was made (its definition and start included, if we did
  /// that), in order. Thread-safe.
  std::vector<DomainEvent> Events() const { return events_->Of(name_, first_event_); }

 private:
  struct Free {
    void operator()(virDomainPtr domain) const { virDomainFree(domain); }
  };

  Domain(virDomainPtr domain, std::shared_ptr<DomainEvents> events, std::size_t first_event);

  std::unique_ptr<virDomain, Free> domain_;
  std::string name_;
  std::shared_ptr<DomainEvents> events_;
  std::size_t first_event_;
};

/// "running", "paused", "shut off"...
std::string ToString(virDomainState state);

}  // namespace dualpath::guest
