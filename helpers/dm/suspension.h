#pragma once

#include <string>

#include "helpers/base/result.h"

/// Suspension of maps, as `dmsetup suspend` and `dmsetup resume` do it (drivers/md/dm.c). A
/// suspended map holds every bio, and answers SG_IO with EAGAIN (dm_prepare_ioctl), until it is
/// resumed. Whoever reads it meanwhile, such as udev's blkid, sleeps uninterruptibly.
namespace dualpath::dm {

/// What a suspend does with I/O that the map has not completed.
enum class OnSuspend {
  kFlush,       ///< waits until it completes: for ever, if the map queues without a path
  kKeepQueued,  ///< "noflush": puts it back, to be issued after the resume; multipathd's choice
};

/// Suspends the map. A map that is already suspended stays so.
Status Suspend(const std::string& map_name, OnSuspend on_suspend);

/// Makes the inactive table live, if there is one, and resumes the map; without effect if it is
/// neither suspended nor has an inactive table. Returns once udev has processed the uevent.
Status Resume(const std::string& map_name);

/// Resumes the map if it is suspended, such as by a case that was killed.
Status ResumeIfSuspended(const std::string& map_name);

Result<bool> IsSuspended(const std::string& map_name);

/// Returns whether a loaded table waits for a resume.
Result<bool> HasInactiveTable(const std::string& map_name);

}  // namespace dualpath::dm
