#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "helpers/base/result.h"

namespace dualpath {

/// Reads the whole file, also on sysfs, configfs and procfs, where st_size is wrong.
Result<std::string> ReadFile(const std::string& path);

/// As `ReadFile`, without trailing white space: for sysfs attributes.
Result<std::string> ReadAttribute(const std::string& path);

/// Writes `value` by one write(2) to an existing attribute of sysfs or configfs. The error has the
/// errno of the kernel's store function.
Status WriteAttribute(const std::string& path, const std::string& value);

/// Writes all bytes to an open descriptor, in blocking mode or not. `name` stands for it in errors.
Status WriteAll(int fd, const std::string& name, std::string_view bytes);

/// Overwrites part of an existing file from `offset` on.
Status WriteAt(const std::string& path, std::uint64_t offset, const std::string& content);

/// Replaces the file's content by `edit(content)`, in place, so that mode and owner stay, and under
/// a write lock of fcntl(2), which other programs that edit the file take too. A missing file is
/// not created.
Status EditFile(const std::string& path,
                const std::function<std::string(const std::string&)>& edit);

/// Removes a file; a missing one is no failure.
Status RemoveFile(const std::string& path);

/// Replaces `path` by rename(2), so that readers see the old content or the new. Creates the parent
/// directory if it is missing.
Status WriteFileAtomically(const std::string& path, const std::string& content);

}  // namespace dualpath
