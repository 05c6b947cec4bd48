#pragma once

// For unit tests only.

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "helpers/base/temporary_directory.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// A LIO without a kernel: a configfs and a sysfs in a temporary directory, with the kernel's rules
/// that the helpers depend on. Attributes appear with their directory; a linked LUN is a disk in
/// sysfs; serial and model alias cannot change while exported; enabling resets the model alias, as
/// before Linux 5.0; iSCSI targets have no disks here; unlinking a LUN whose disk was deleted leaks
/// the port count, and a nexus with ports cannot be removed.
class FakeLio : public ConfigFs {
 public:
  FakeLio() : FakeLio(TemporaryDirectory::Create().value()) {}
  ~FakeLio() override;

  Status MakeDirectory(const std::string& path) const override;
  Status RemoveDirectory(const std::string& path) const override;
  Status Link(const std::string& target, const std::string& link) const override;
  Status Unlink(const std::string& link) const override;
  Status Write(const std::string& path, const std::string& value) const override;

  /// Directory of the configfs and the sysfs, and for files of the test.
  const std::string& Directory() const { return directory_.path(); }
  std::string Sysfs() const { return Directory() + "/sys"; }

  /// Removes the disk, like `echo 1 > delete`.
  void DeleteDisk(const std::string& hctl) const;

  /// Makes rescans bring deleted disks back from now on; before this call they find nothing.
  void AnswerScans();

  /// Makes the first operation whose line in the log begins with `prefix` fail with `error_number`.
  void FailOnce(const std::string& prefix, int error_number);

  /// Makes every operation after the next `count` fail without an effect, as if the process had
  /// been killed; negative: no longer.
  void DieAfter(int count) { operations_left_ = count; }

  /// Every operation so far, in order: "mkdir core/fileio_0", "write core/.../enable=1", ...
  const std::vector<std::string>& log() const { return log_; }

 private:
  explicit FakeLio(TemporaryDirectory directory);

  Status Begin(const std::string& line) const;
  void PutPortGroup(const std::string& path) const;
  void Put(const std::string& path, const std::string& content) const;
  bool IsExported(const std::string& backstore) const;
  std::string DeviceOf(const std::string& group) const;
  void AddDisk(const std::string& group) const;
  std::vector<std::string> LinkedGroups() const;
  void Scan();

  TemporaryDirectory directory_;
  std::string fail_prefix_;
  int fail_errno_ = 0;
  mutable int operations_left_ = -1;
  std::atomic<bool> stop_{false};
  std::thread scanner_;
  mutable std::mutex mutex_;  // orders the operations and the scanner's changes
  mutable std::vector<std::string> log_;
  mutable int next_host_ = 3;
  mutable char next_letter_ = 'b';
};

}  // namespace dualpath::lio
