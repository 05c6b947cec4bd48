#pragma once

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "ci/tests/junit.h"
#include "helpers/base/result.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"

namespace dualpath::tests {

/// Runs `dualpath exec` on a case of ci/tests/self, with separate results and temporary files.
class ExecTest : public ::testing::Test {
 protected:
  void SetUp() override;

  /// Returns `dualpath exec OPTION... dualpath_self_cases --gtest_filter=CASE`.
  process::Command Exec(const std::string& test,
                        const std::vector<std::string>& options = {}) const;

  /// Runs that command to its end.
  Result<process::Output> Run(const std::string& test,
                              const std::vector<std::string>& options = {}) const;

  /// Expects that junit.xml has only this case, with this verdict, in its totals too.
  void ExpectVerdict(const std::string& test, const std::string& verdict,
                     const ::testing::Matcher<std::string>& message) const;

  /// Expects that the case's directory contains only regular files and directories.
  void ExpectOnlyRegularFiles(const std::string& test) const;

  /// Expects that no temporary directory is left.
  void ExpectNothingLeft() const;

  std::string Results() const { return directory_->path() + "/results"; }
  std::string Temporary() const { return directory_->path() + "/tmp"; }
  std::string DirectoryOf(const std::string& test) const { return Results() + "/" + test; }

 private:
  std::optional<TemporaryDirectory> directory_;
};

}  // namespace dualpath::tests
