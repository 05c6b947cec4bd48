#include "helpers/guest/decompress.h"

#include <array>
#include <string_view>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/process/process.h"

namespace dualpath::guest {
namespace {

struct Format {
  std::string_view magic;
  const char* program;
};

// lz4: the legacy format, which the kernel's build uses.
constexpr std::array<Format, 4> kFormats{{{{"\xFD"
                                            "7zXZ",
                                            5},
                                           "xz"},
                                          {{"\x28\xB5\x2F\xFD", 4}, "zstd"},
                                          {{"\x1F\x8B", 2}, "gzip"},
                                          {{"\x02\x21\x4C\x18", 4}, "lz4"}}};

}  // namespace

Result<std::string> Decompress(std::string data, const std::string& object, Deadline deadline) {
  for (const Format& format : kFormats) {
    if (std::string_view(data).substr(0, format.magic.size()) != format.magic) continue;
    Result<std::string> plain =
        process::ExecuteChecked({{format.program, "-dc"}, std::move(data)}, deadline);
    if (!plain.ok()) return plain.error().While("decompress " + object);
    return plain;
  }
  return data;
}

Result<std::string> ReadDecompressed(const std::string& path, Deadline deadline) {
  DUALPATH_TRY(std::string data, ReadFile(path));
  return Decompress(std::move(data), path, deadline);
}

}  // namespace dualpath::guest
