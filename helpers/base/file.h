#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "helpers/base/result.h"

namespace dualpath {

/// Reads the whole file, even on sysfs, configfs and procfs, where st_size is wrong.
Result<std::string> ReadFile(const std::string& path);

/// Like `ReadFile`, but without trailing white space: for sysfs attributes.
Result<std::string> ReadAttribute(const std::string& path);

/// Writes `value` with a single write(2) to an existing attribute of sysfs or configfs. The error
/// contains the errno of the kernel's store function.
Status WriteAttribute(const std::string& path, const std::string& value);

/// Writes all bytes to an open descriptor, blocking or not. Errors refer to it as `name`.
Status WriteAll(int fd, const std::string& name, std::string_view bytes);

/// Reads at `offset` of an open file, without moving its position, until `size` bytes are read or
/// the file ends. Returns the number of bytes.
Result<std::size_t> ReadAt(int fd, char* to, std::size_t size, off_t offset);

/// Overwrites part of an existing file, starting at `offset`.
Status WriteAt(const std::string& path, std::uint64_t offset, const std::string& content);

/// Returns whether `path` still names the open file. False if it is another file now, a link or
/// missing.
bool IsStillAt(int fd, const std::string& path);

/// Removes a file. It is not an error if the file does not exist.
Status RemoveFile(const std::string& path);

/// Replaces `path` with rename(2), so that readers see either the old or the new content. Creates
/// the parent directory if it is missing.
Status WriteFileAtomically(const std::string& path, const std::string& content);

}  // namespace dualpath
