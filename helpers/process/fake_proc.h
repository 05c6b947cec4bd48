#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::process {

/// A /proc whose processes the test starts and ends.
class FakeProc {
 public:
  std::string root() const { return directory_.path(); }

  void Start(int pid, const std::string& name, int parent = 1, std::uint64_t started = 100,
             char state = 'S', const std::string& arguments = "") {
    std::string stat = std::to_string(pid) + " (" + name + ") " + state + " " +
                       std::to_string(parent) + " 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 " +
                       std::to_string(started) + " 123456 78\n";
    Write(pid, "stat", stat);
    Write(pid, "cmdline", name + std::string(1, '\0') + arguments);
    Write(pid, "cgroup", "0::/system.slice/" + name + ".service\n");
    std::filesystem::create_directories(Of(pid) + "/fd");
  }
  void Write(int pid, const std::string& file, const std::string& content) {
    EXPECT_TRUE(WriteFileAtomically(Of(pid) + "/" + file, content).ok());
  }
  void Open(int pid, int fd, const std::string& target) {
    std::filesystem::create_symlink(target, Of(pid) + "/fd/" + std::to_string(fd));
  }
  void Close(int pid, int fd) { std::filesystem::remove(Of(pid) + "/fd/" + std::to_string(fd)); }
  void End(int pid) { std::filesystem::remove_all(Of(pid)); }

 private:
  std::string Of(int pid) const { return root() + "/" + std::to_string(pid); }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

}  // namespace dualpath::process
