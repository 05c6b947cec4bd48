#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace dualpath::flakes {

/// Keeps this machine busy until it is destroyed: `threads` compute, and one in four of them, at
/// least one, writes and syncs a file of 64 MiB in `directory` instead.
class Load {
 public:
  Load(int threads, const std::string& directory);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace dualpath::flakes
