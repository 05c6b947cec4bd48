#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::observe {

/// The kernel's message about a device that was added, removed or changed (lib/kobject_uevent.c),
/// before udev has processed it.
struct Uevent {
  /// Time of reception, CLOCK_MONOTONIC; the kernel does not send a time.
  std::int64_t monotonic_us = 0;

  /// ACTION, SUBSYSTEM, DEVPATH, DEVTYPE, MAJOR, DEVNAME ("sdb")... For a map whose path failed or
  /// was reinstated also DM_ACTION, DM_NAME, DM_PATH and DM_NR_VALID_PATHS (drivers/md/dm-uevent.c,
  /// with CONFIG_DM_UEVENT).
  std::map<std::string, std::string> properties;

  /// Returns the property, or an empty string.
  std::string Property(const std::string& name) const;

  /// Parses a netlink message: "add@DEVPATH", then "KEY=VALUE" strings, each terminated by NUL.
  static Uevent Parse(std::int64_t monotonic_us, const std::string& message);
};

/// Receives the uevents of block and SCSI devices from `Start` on (netlink(7),
/// NETLINK_KOBJECT_UEVENT; needs no root). A thread receives them immediately, because they have no
/// time stamp. It does not use libudev, which would parse each message during the case.
class UeventMonitor {
 public:
  static Result<UeventMonitor> Start();

  UeventMonitor(UeventMonitor&&) noexcept;
  UeventMonitor& operator=(UeventMonitor&&) noexcept;
  ~UeventMonitor();

  /// Returns all uevents so far.
  std::vector<Uevent> Uevents() const;

  /// Returns how often the socket's buffer was full, so that uevents were lost.
  int overruns() const;

 private:
  class Listener;
  explicit UeventMonitor(std::unique_ptr<Listener> listener);

  std::unique_ptr<Listener> listener_;
};

}  // namespace dualpath::observe
