#include "ci/flakes/load.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "helpers/base/unique_fd.h"

namespace dualpath::flakes {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20U;
constexpr std::size_t kChunks = 64;

void Compute(const std::atomic<bool>& stop) {
  volatile std::uint64_t number = 1;
  while (!stop) number = number * 6364136223846793005U + 1;
}

void WriteAndSync(const std::atomic<bool>& stop, const std::string& directory) {
  // Without a name: nothing is left, however we end.
  const UniqueFd file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  const std::string chunk(kChunk, 'x');
  for (std::size_t i = 0; !stop; ++i) {
    const auto offset = static_cast<off_t>(i % kChunks * kChunk);
    // A full disk, or a file system without O_TMPFILE, leaves the load to the CPU.
    if (!file || ::pwrite(file.get(), chunk.data(), kChunk, offset) < 0 ||
        ::fdatasync(file.get()) != 0) {
      return Compute(stop);
    }
  }
}

}  // namespace

Load::Load(int threads, const std::string& directory) {
  for (int i = 0; i < threads; ++i) {
    if (i % 4 == 0) {
      threads_.emplace_back([this, directory] { WriteAndSync(stop_, directory); });
    } else {
      threads_.emplace_back([this] { Compute(stop_); });
    }
  }
}

Load::~Load() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace dualpath::flakes
