#pragma once

#include <functional>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::guest {

/// Returns a dynamically linked program (`elf`, its file's content) without some of its libraries.
///
/// Distributions link fio with Ceph, Gluster and RDMA, 80 MB of libraries that a job on a disk
/// never calls. The result does not need libraries whose SONAME `left_out` returns true for, and
/// binds each function at its first call; a call into a missing library ends the program ("symbol
/// lookup error").
///
/// Why not patchelf --remove-needed: it removes DT_NEEDED but keeps the library's symbol versions
/// in DT_VERNEED, for which the dynamic loader ends the program at its start; and it does not turn
/// off immediate binding (DF_BIND_NOW), which distributions link with. Both are changed here, all
/// in the dynamic section. ELF: System V ABI, chapter 5; versions: the Linux Standard Base, "Symbol
/// Versioning".
///
/// Returns a statically linked program unchanged. `name` is the object of errors.
Result<std::string> WithoutLibraries(
    const std::string& elf, const std::string& name,
    const std::function<bool(const std::string& soname)>& left_out);

}  // namespace dualpath::guest
