#include "helpers/process/libraries.h"

#include <sstream>

#include "helpers/process/process.h"

namespace dualpath::process {

Result<std::set<std::string>> LibrariesOf(const std::string& program, Deadline deadline) {
  DUALPATH_TRY(const Output listing, Execute({{"ldd", program}}, deadline));
  std::set<std::string> libraries;
  if (!listing.exit.ok()) return libraries;  // statically linked
  std::istringstream lines(listing.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("not found") != std::string::npos) {
      return Error::Because("find the libraries of", program, line);
    }
    // "\tlibm.so.6 => /lib/libm.so.6 (0x...)" or "\t/lib64/ld-linux-x86-64.so.2 (0x...)"
    const std::size_t from = line.find('/');
    const std::size_t to = line.find(" (", from == std::string::npos ? 0 : from);
    if (from != std::string::npos && to != std::string::npos) {
      libraries.insert(line.substr(from, to - from));
    }
  }
  return libraries;
}

bool IsLoader(const std::string& library) {
  return library.compare(library.rfind('/') + 1, 8, "ld-linux") == 0;
}

}  // namespace dualpath::process
