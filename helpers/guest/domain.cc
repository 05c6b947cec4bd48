#include "helpers/guest/domain.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "helpers/base/eventually.h"

namespace dualpath::guest {
namespace {

// In the order of virDomainState in libvirt-domain.h.
constexpr std::array<const char*, 8> kStates{
    "in no state",   "running",  "blocked", "paused",
    "shutting down", "shut off", "crashed", "suspended by power management"};

bool LastErrorIs(int code) {
  const virErrorPtr last = virGetLastError();
  return last != nullptr && last->code == code;
}

}  // namespace

std::string ToString(virDomainState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kStates.size() ? kStates[index] : "in state " + std::to_string(index);
}

std::string ToString(const DomainState& state) {
  std::string word = ToString(state.state);
  if (state.PausedByIoError()) return word + " (I/O error)";
  if (state.state != VIR_DOMAIN_PAUSED) return word;
  return word + " (reason " + std::to_string(state.reason) + ")";
}

std::ostream& operator<<(std::ostream& out, const DomainState& state) {
  return out << ToString(state);
}

Domain::Domain(virDomainPtr domain, std::shared_ptr<DomainEvents> events, std::size_t first_event)
    : domain_(domain),
      name_(virDomainGetName(domain)),
      events_(std::move(events)),
      first_event_(first_event) {}

Result<Domain> Domain::DefineAndStart(const Connection& connection, const std::string& xml) {
  const std::size_t first_event = connection.events()->size();
  const virDomainPtr defined = virDomainDefineXML(connection.get(), xml.c_str());
  if (defined == nullptr) return LibvirtError("define domain", connection.uri());
  Domain domain(defined, connection.events(), first_event);
  if (virDomainCreate(defined) == 0) return domain;
  const Error error = LibvirtError("start domain", domain.name());
  const Status undefined = domain.Undefine();
  if (undefined.ok()) return error;
  return Error::Because(
      error.operation(), error.object(),
      error.reason() + "; undefining it also failed: " + undefined.error().ToString());
}

Result<std::optional<Domain>> Domain::Lookup(const Connection& connection,
                                             const std::string& name) {
  const virDomainPtr found = virDomainLookupByName(connection.get(), name.c_str());
  if (found == nullptr) {
    if (LastErrorIs(VIR_ERR_NO_DOMAIN)) return std::optional<Domain>();
    return LibvirtError("look up domain", name);
  }
  return std::optional<Domain>(Domain(found, connection.events(), connection.events()->size()));
}

Result<virDomainState> Domain::State() const {
  DUALPATH_TRY(const DomainState now, StateAndReason());
  return now.state;
}

Result<DomainState> Domain::StateAndReason() const {
  int state = VIR_DOMAIN_NOSTATE;
  int reason = 0;
  if (virDomainGetState(domain_.get(), &state, &reason, 0) != 0) {
    return LibvirtError("get the state of domain", name());
  }
  return DomainState{static_cast<virDomainState>(state), reason};
}

Result<std::string> Domain::XmlDesc() const {
  char* xml = virDomainGetXMLDesc(domain_.get(), 0);
  if (xml == nullptr) return LibvirtError("get the XML of domain", name());
  std::string text = xml;
  std::free(xml);
  return text;
}

Result<std::string> Domain::AskMonitor(const std::string& command) const {
  char* answer = nullptr;
  if (virDomainQemuMonitorCommand(domain_.get(), command.c_str(), &answer, 0) != 0) {
    return LibvirtError("send QMP command \"" + command + "\"", name());
  }
  std::string text = answer;
  std::free(answer);
  return text;
}

Status Domain::Resume() const {
  if (virDomainResume(domain_.get()) == 0) return Ok{};
  return LibvirtError("resume domain", name());
}

Status Domain::AttachDevice(const std::string& xml) const {
  if (virDomainAttachDeviceFlags(domain_.get(), xml.c_str(), VIR_DOMAIN_AFFECT_LIVE) == 0) {
    return Ok{};
  }
  return LibvirtError("attach a device to domain", name() + ": " + xml);
}

Status Domain::DetachDevice(const std::string& alias, Deadline deadline) const {
  const std::size_t before = events_->size();
  if (virDomainDetachDeviceAlias(domain_.get(), alias.c_str(), VIR_DOMAIN_AFFECT_LIVE) != 0) {
    return LibvirtError("detach a device from domain", name() + ": " + alias);
  }
  return WaitUntil("detach a device from domain", name() + ": " + alias, deadline,
                   [&]() -> std::string {
                     for (const DomainEvent& event : events_->Of(name_, before)) {
                       if (event.Removed(alias)) return "";
                     }
                     return "no removal event from libvirt";
                   });
}

Result<std::vector<std::string>> Domain::Names(const Connection& connection) {
  virDomainPtr* domains = nullptr;
  const int count = virConnectListAllDomains(connection.get(), &domains, 0);
  if (count < 0) return LibvirtError("list domains", connection.uri());
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    names.emplace_back(virDomainGetName(domains[i]));
    virDomainFree(domains[i]);
  }
  std::free(static_cast<void*>(domains));
  return names;
}

Status Domain::CatchUpWithEvents(Deadline deadline) const {
  // libvirt asks QEMU's monitor, where the reply follows the events that QEMU emitted before. When
  // it has the reply, it has queued them for its clients.
  constexpr unsigned kMostDisks = 4;
  std::array<virDomainDiskError, kMostDisks> errors{};
  const int count = virDomainGetDiskErrors(domain_.get(), errors.data(), kMostDisks, 0);
  if (count < 0) return LibvirtError("get the disk errors of domain", name());
  for (int i = 0; i < count; ++i) std::free(errors[static_cast<std::size_t>(i)].disk);
  // This one is queued behind them.
  const std::size_t before = events_->marks();
  if (virDomainSetMetadata(domain_.get(), VIR_DOMAIN_METADATA_ELEMENT, "<mark/>", "dualpath",
                           DomainEvents::kMarkUri, VIR_DOMAIN_AFFECT_LIVE) != 0) {
    return LibvirtError("set the metadata of domain", name());
  }
  return WaitUntil("wait for libvirt's events of", name(), deadline, [&]() -> std::string {
    return events_->marks() > before ? "" : "the metadata event has not arrived";
  });
}

Status Domain::Destroy() const {
  if (virDomainDestroy(domain_.get()) == 0) return Ok{};
  // VIR_ERR_OPERATION_INVALID: the domain is not running.
  if (LastErrorIs(VIR_ERR_NO_DOMAIN) || LastErrorIs(VIR_ERR_OPERATION_INVALID)) return Ok{};
  return LibvirtError("destroy domain", name());
}

Status Domain::Undefine() const {
  if (virDomainUndefine(domain_.get()) == 0) return Ok{};
  if (LastErrorIs(VIR_ERR_NO_DOMAIN)) return Ok{};
  return LibvirtError("undefine domain", name());
}

}  // namespace dualpath::guest
