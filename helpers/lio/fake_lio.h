#pragma once

// For unit tests only.

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// A LIO without a kernel: a configfs and a sysfs in a directory of /tmp that follow those rules of
/// the kernel that the helpers must respect. Attributes appear with their directory; a linked LUN
/// is a disk in sysfs; serial and model alias cannot change while exported; enabling resets the
/// model alias, as before Linux 5.0; unlinking a LUN whose disk was deleted leaks the port count,
/// and a nexus with ports cannot be dropped.
class FakeLio : public ConfigFs {
 public:
  FakeLio() : FakeLio(MakeTemporary()) {}
  ~FakeLio() override;

  Status MakeDirectory(const std::string& path) const override;
  Status RemoveDirectory(const std::string& path) const override;
  Status Link(const std::string& target, const std::string& link) const override;
  Status Unlink(const std::string& link) const override;
  Status Write(const std::string& path, const std::string& value) const override;

  /// Holds the configfs, the sysfs, and whatever else a test puts there.
  const std::string& Directory() const { return directory_; }
  std::string Sysfs() const { return directory_ + "/sys"; }

  /// What `echo 1 > delete` does to the disk.
  void DeleteDisk(const std::string& hctl) const;

  /// Lets rescans bring deleted disks back from now on; until then they find nothing.
  void AnswerScans();

  /// The first operation whose line in the log would start so fails with `error_number`.
  void FailOnce(const std::string& prefix, int error_number);

  /// Every operation so far, in order: "mkdir core/fileio_0", "write core/.../enable=1", ...
  const std::vector<std::string>& log() const { return log_; }

 private:
  explicit FakeLio(const std::string& directory);
  static std::string MakeTemporary();

  Status Begin(const std::string& line) const;
  void Put(const std::string& path, const std::string& content) const;
  bool IsExported(const std::string& backstore) const;
  std::string DeviceOf(const std::string& group) const;
  void AddDisk(const std::string& group) const;
  std::vector<std::string> LinkedGroups() const;
  void Scan();

  std::string directory_;
  std::string fail_prefix_;
  int fail_errno_ = 0;
  std::atomic<bool> stop_{false};
  std::thread scanner_;
  mutable std::mutex mutex_;  // the scanner's changes against ours
  mutable std::vector<std::string> log_;
  mutable int next_host_ = 3;
  mutable char next_letter_ = 'b';
};

}  // namespace dualpath::lio
