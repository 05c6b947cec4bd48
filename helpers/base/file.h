#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "helpers/base/result.h"

namespace dualpath {

/// The whole file. Works on sysfs, configfs and procfs, whose sizes are not to be believed.
Result<std::string> ReadFile(const std::string& path);

/// As `ReadFile`, without trailing white space: what sysfs attributes hold.
Result<std::string> ReadAttribute(const std::string& path);

/// One write(2) of `value` to an existing attribute of sysfs or configfs. The error carries the
/// errno that the kernel's store function returned.
Status WriteAttribute(const std::string& path, const std::string& value);

/// Writes `content` into an existing file from `offset` on; the rest of the file stays.
Status WriteAt(const std::string& path, std::uint64_t offset, const std::string& content);

/// Makes of what is in the file what `edit` makes of it, in place and under a write lock of
/// fcntl(2), as a program does that shares the file with others; its mode and owner stay. A file
/// that is not there is not made.
Status EditFile(const std::string& path,
                const std::function<std::string(const std::string&)>& edit);

/// That it is gone already is no failure.
Status RemoveFile(const std::string& path);

/// Replaces `path` as a whole: readers see the old content or the new, never a half.
/// The parent directory is created if it is missing.
Status WriteFileAtomically(const std::string& path, const std::string& content);

}  // namespace dualpath
