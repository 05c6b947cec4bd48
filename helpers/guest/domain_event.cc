#include "helpers/guest/domain_event.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "helpers/guest/connection.h"

namespace dualpath::guest {

/// Shared with libvirt's event thread, which may still run a callback when DomainEvents is
/// destroyed.
class DomainEvents::List {
 public:
  void Add(virDomainPtr domain, DomainEvent event) {
    event.at = Deadline::Clock::now();
    event.domain = virDomainGetName(domain);
    const std::lock_guard<std::mutex> lock(mutex_);
    events_.push_back(std::move(event));
  }

  void AddMark() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++marks_;
  }

  std::size_t marks() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return marks_;
  }

  std::vector<DomainEvent> All() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<DomainEvent> events_;
  std::size_t marks_ = 0;
};

/// libvirt's callbacks. `opaque` is a heap-allocated shared pointer to the list.
struct Callbacks {
  using SharedList = std::shared_ptr<DomainEvents::List>;

  static DomainEvents::List& ListOf(void* opaque) { return **static_cast<SharedList*>(opaque); }

  static void Free(void* opaque) { delete static_cast<SharedList*>(opaque); }

  static int OnLifecycle(virConnectPtr /*connection*/, virDomainPtr domain, int type, int detail,
                         void* opaque) {
    DomainEvent event;
    event.type = type;
    event.detail = detail;
    ListOf(opaque).Add(domain, std::move(event));
    return 0;
  }

  static void OnIoError(virConnectPtr /*connection*/, virDomainPtr domain, const char* /*path*/,
                        const char* alias, int action, const char* reason, void* opaque) {
    DomainEvent event;
    event.kind = DomainEvent::Kind::kIoError;
    event.disk = alias != nullptr ? alias : "";
    event.action = action;
    event.reason = reason != nullptr ? reason : "";
    ListOf(opaque).Add(domain, std::move(event));
  }

  static void OnMetadataChange(virConnectPtr /*connection*/, virDomainPtr /*domain*/, int /*type*/,
                               const char* uri, void* opaque) {
    if (uri != nullptr && std::string(uri) == DomainEvents::kMarkUri) ListOf(opaque).AddMark();
  }

  static void OnDeviceRemoved(virConnectPtr /*connection*/, virDomainPtr domain, const char* alias,
                              void* opaque) {
    DomainEvent event;
    event.kind = DomainEvent::Kind::kDeviceRemoved;
    event.disk = alias != nullptr ? alias : "";
    ListOf(opaque).Add(domain, std::move(event));
  }
};

namespace {

template <std::size_t kCount>
std::string NameIn(const std::array<const char*, kCount>& names, int value) {
  if (value >= 0 && static_cast<std::size_t>(value) < kCount) {
    return names[static_cast<std::size_t>(value)];
  }
  return "number " + std::to_string(value);
}

// In the order of the enums in libvirt-domain.h.
constexpr std::array<const char*, 9> kLifecycle{
    "defined", "undefined", "started",   "suspended",
    "resumed", "stopped",   "shut down", "suspended by power management",
    "crashed"};
constexpr std::array<const char*, 8> kSuspended{"paused",    "migrated", "I/O error",
                                                "watchdog",  "restored", "from snapshot",
                                                "API error", "post-copy"};
constexpr std::array<const char*, 7> kStopped{"shutdown", "destroyed", "crashed",      "migrated",
                                              "saved",    "failed",    "from snapshot"};
constexpr std::array<const char*, 3> kIoErrorAction{"ignored", "the guest is paused",
                                                    "reported to the guest"};

}  // namespace

std::string DomainEvent::DescribeAction() const { return NameIn(kIoErrorAction, action); }

std::string DomainEvent::ToString() const {
  if (kind == Kind::kIoError) {
    return "I/O error on " + disk + (reason.empty() ? "" : " (" + reason + ")") + ": " +
           DescribeAction();
  }
  if (kind == Kind::kDeviceRemoved) return "device " + disk + " removed";
  std::string what = NameIn(kLifecycle, type);
  if (type == VIR_DOMAIN_EVENT_SUSPENDED) return what + " (" + NameIn(kSuspended, detail) + ")";
  if (type == VIR_DOMAIN_EVENT_STOPPED) return what + " (" + NameIn(kStopped, detail) + ")";
  return what;
}

DomainEvents::DomainEvents(virConnectPtr connection)
    : connection_(connection), list_(std::make_shared<List>()) {
  virConnectRef(connection_);
}

DomainEvents::~DomainEvents() {
  for (const int callback : callbacks_) virConnectDomainEventDeregisterAny(connection_, callback);
  virConnectClose(connection_);
}

Result<std::shared_ptr<DomainEvents>> DomainEvents::Listen(virConnectPtr connection) {
  std::shared_ptr<DomainEvents> events(new DomainEvents(connection));
  DUALPATH_TRY_STATUS(events->Register(VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                       VIR_DOMAIN_EVENT_CALLBACK(Callbacks::OnLifecycle)));
  DUALPATH_TRY_STATUS(events->Register(VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON,
                                       VIR_DOMAIN_EVENT_CALLBACK(Callbacks::OnIoError)));
  DUALPATH_TRY_STATUS(events->Register(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                                       VIR_DOMAIN_EVENT_CALLBACK(Callbacks::OnDeviceRemoved)));
  DUALPATH_TRY_STATUS(events->Register(VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                       VIR_DOMAIN_EVENT_CALLBACK(Callbacks::OnMetadataChange)));
  return events;
}

Status DomainEvents::Register(int event_id, virConnectDomainEventGenericCallback callback) {
  auto* opaque = new Callbacks::SharedList(list_);
  const int id = virConnectDomainEventRegisterAny(connection_, nullptr, event_id, callback, opaque,
                                                  Callbacks::Free);
  if (id < 0) {
    Callbacks::Free(opaque);
    return LibvirtError("register for events", "libvirt's domains");
  }
  callbacks_.push_back(id);
  return Ok{};
}

std::size_t DomainEvents::marks() const { return list_->marks(); }

std::size_t DomainEvents::size() const { return list_->All().size(); }

std::vector<DomainEvent> DomainEvents::Of(const std::string& domain, std::size_t from) const {
  std::vector<DomainEvent> events = list_->All();
  events.erase(events.begin(),
               events.begin() + static_cast<std::ptrdiff_t>(std::min(from, events.size())));
  events.erase(std::remove_if(events.begin(), events.end(),
                              [&](const DomainEvent& event) { return event.domain != domain; }),
               events.end());
  return events;
}

}  // namespace dualpath::guest
