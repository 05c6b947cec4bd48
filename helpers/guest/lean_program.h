#pragma once

#include <functional>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::guest {

/// A dynamically linked program (`elf`, the content of its file) that asks for fewer libraries.
///
/// A distribution links a program with all that it may ever call: fio with Ceph, Gluster and RDMA,
/// 80 MB, of which a job on a disk calls nothing. The program that is returned does not name those
/// whose SONAME `left_out` says, and binds each function when it is first called; one of a library
/// that was left out then ends it ("symbol lookup error"). It is for one run somewhere else:
/// nothing of the program is changed but its dynamic section. ELF: System V ABI, chapter 5; GNU's
/// part of it: the Linux Standard Base, "Symbol Versioning".
///
/// A statically linked program comes back as it is. `name` is the object of the error.
Result<std::string> WithoutLibraries(
    const std::string& elf, const std::string& name,
    const std::function<bool(const std::string& soname)>& left_out);

}  // namespace dualpath::guest
