#include "helpers/lab/idle_table.h"

namespace dualpath::lab {
namespace {

// Scope (\_SB.CPUS.C000) {
//   Name (_CST, Package { 1, Package { ResourceTemplate { Register (FFixedHW, 0, 0, 0) },
//                                      1, 1, 1000 } })  // C1, 1 us, 1000 mW
// }
constexpr char kTable[] =
    "\x10\x36\\/\x03_SB_CPUSC000"
    "\x08_CST\x12\x20\x02\x01\x12\x1c\x04"
    "\x11\x14\x0a\x11\x82\x0c\x00\x7f\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x79\x00"
    "\x01\x01\x0b\xe8\x03";

}  // namespace

std::string IdleTable() { return std::string(kTable, sizeof(kTable) - 1); }

}  // namespace dualpath::lab
