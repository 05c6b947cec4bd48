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

/// State of a domain and the reason.
struct DomainState {
  virDomainState state = VIR_DOMAIN_NOSTATE;
  int reason = 0;  ///< value of the enum for that state: virDomainPausedReason...

  bool PausedByIoError() const {
    return state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_IOERROR;
  }
  bool HasEnded() const { return state == VIR_DOMAIN_SHUTOFF || state == VIR_DOMAIN_CRASHED; }
};

/// "running", "paused (I/O error)", "paused (reason 1)".
std::string ToString(const DomainState& state);
std::ostream& operator<<(std::ostream& out, const DomainState& state);

/// A libvirt domain. Destroying the object does not end the domain.
class Domain {
 public:
  /// Defines the domain, so that virsh lists it, and starts it. Undefines it if the start fails.
  static Result<Domain> DefineAndStart(const Connection& connection, const std::string& xml);

  /// Finds a domain by name, running or not.
  static Result<std::optional<Domain>> Lookup(const Connection& connection,
                                              const std::string& name);

  /// Returns the names of all domains, running or not.
  static Result<std::vector<std::string>> Names(const Connection& connection);

  const std::string& name() const { return name_; }

  /// virDomainState: VIR_DOMAIN_RUNNING, VIR_DOMAIN_PAUSED, VIR_DOMAIN_SHUTOFF...
  Result<virDomainState> State() const;
  Result<DomainState> StateAndReason() const;

  /// Returns the live XML, with the elements added by libvirt.
  Result<std::string> XmlDesc() const;

  /// Sends a QMP command (JSON) to QEMU's monitor and returns QEMU's answer, which may be an error.
  /// libvirt marks the domain as tainted, since it does not notice changes to devices made this
  /// way.
  Result<std::string> AskMonitor(const std::string& command) const;

  /// Resumes the domain. After a pause on an I/O error, QEMU retries the I/O.
  Status Resume() const;

  /// Adds a device to the running domain: one <disk> or <hostdev> element.
  Status AttachDevice(const std::string& xml) const;

  /// Removes the device with that alias and waits for libvirt's event that QEMU has released it;
  /// for a PCI device QEMU waits for the guest.
  Status DetachDevice(const std::string& alias, Deadline deadline) const;

  /// Ends the domain immediately, like a power loss. It is not an error if it is already off.
  Status Destroy() const;

  /// Removes the definition. It is not an error if there is none.
  Status Undefine() const;

  /// Waits until `Events` has every event that QEMU had emitted before this call. libvirt's events
  /// are asynchronous: without it, "no I/O error" may mean "not yet".
  Status CatchUpWithEvents(Deadline deadline) const;

  /// Returns the domain's events since this object was created, in order; after DefineAndStart
  /// including those of its definition and start. Thread-safe.
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
