#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::observe {

/// What the kernel broadcasts when a device comes, goes or changes (lib/kobject_uevent.c), before
/// udev has seen to it.
struct Uevent {
  /// When it reached us: the kernel does not say when it sent it.
  std::int64_t monotonic_us = 0;

  /// ACTION, SUBSYSTEM, DEVPATH, DEVTYPE, MAJOR, DEVNAME ("sdb")... Of a map whose path has
  /// failed or was reinstated also DM_ACTION, DM_NAME, DM_PATH and DM_NR_VALID_PATHS
  /// (drivers/md/dm-uevent.c, where it is built in).
  std::map<std::string, std::string> properties;

  /// Empty if there is none of that name.
  std::string Property(const std::string& name) const;

  /// Of a netlink message: "add@DEVPATH", and then "KEY=VALUE", each with a NUL behind it.
  static Uevent Parse(std::int64_t monotonic_us, const std::string& message);
};

/// Listens for the uevents of block and SCSI devices from `Start` on (netlink(7),
/// NETLINK_KOBJECT_UEVENT; needs no root). A thread takes them in as they come, for they have no
/// time stamp; it sleeps while there are none. Not by libudev, which takes each message apart when
/// it comes, in the middle of a case.
class UeventMonitor {
 public:
  static Result<UeventMonitor> Start();

  UeventMonitor(UeventMonitor&&) noexcept;
  UeventMonitor& operator=(UeventMonitor&&) noexcept;
  ~UeventMonitor();

  /// All so far.
  std::vector<Uevent> Uevents() const;

  /// How often the socket's buffer had no room for more: some are missing then.
  int overruns() const;

 private:
  class Listener;
  explicit UeventMonitor(std::unique_ptr<Listener> listener);

  std::unique_ptr<Listener> listener_;
};

}  // namespace dualpath::observe
