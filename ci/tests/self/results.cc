// Cases with results that must not reach this machine, or cannot.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "fixtures/case_tools.h"
#include "fixtures/rig_fixture.h"
#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {
namespace {

using Results = RigTest;

constexpr off_t kTooLarge = off_t{2} << 30;

std::string Report() { return ResultFile("gtest.xml"); }

/// Writes zeros until the file system of `file` is full.
int FillWith(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR));
  const std::string zeros(std::size_t{1} << 20, '\0');
  while (fd && ::write(fd.get(), zeros.data(), zeros.size()) > 0) {
  }
  return errno;
}

TEST_F(Results, HaveSpecialFiles) {
  ASSERT_EQ(::mkfifo(ResultFile("fifo").c_str(), S_IRUSR | S_IWUSR), 0);
  ASSERT_EQ(::symlink("/etc/passwd", ResultFile("link").c_str()), 0);
  ASSERT_EQ(::symlink("/etc", ResultFile("directory").c_str()), 0);
  ASSERT_EQ(::mknod(ResultFile("device").c_str(), S_IFCHR | S_IRUSR, 0x0103), 0);
  ASSERT_EQ(::link("/etc/hostname", ResultFile("of another").c_str()), -1) << "another file system";
  ASSERT_OK(KeepResult("regular.txt", "kept\n"));
}

TEST_F(Results, HaveALinkInThePlaceOfEachFileOfOurs) {
  for (const char* name : {"timing.json", "console.log", "qemu.log", "timeline.html", "trace.json",
                           "run-id", "journal.log"}) {
    ASSERT_EQ(::symlink("/tmp/dualpath-self-test-target", ResultFile(name).c_str()), 0);
  }
  FAIL() << "so that logs are kept";
}

TEST_F(Results, HaveAFifoAsReport) {
  std::atexit([] {
    ::unlink(Report().c_str());
    ::mkfifo(Report().c_str(), S_IRUSR | S_IWUSR);
  });
}

TEST_F(Results, HaveALinkAsReport) {
  std::atexit([] {
    ::rename(Report().c_str(), ResultFile("other.xml").c_str());
    static_cast<void>(!::symlink("other.xml", Report().c_str()));
  });
}

TEST_F(Results, HaveADamagedReport) {
  std::atexit([] { static_cast<void>(!::truncate(Report().c_str(), 100)); });
}

TEST_F(Results, HaveTheReportOfAnotherCase) {
  std::atexit([] {
    static_cast<void>(WriteFileAtomically(
        Report(),
        R"(<testsuites tests="1"><testsuite name="Other" tests="1"><testcase name="Case")"
        R"( status="run" result="completed" classname="Other"/></testsuite></testsuites>)"));
  });
}

TEST_F(Results, AreTooLarge) {
  ASSERT_OK(KeepResult("large", ""));
  ASSERT_EQ(::truncate(ResultFile("large").c_str(), kTooLarge), 0);
}

TEST_F(Results, AreTooMany) {
  for (int i = 0; i < 30000; ++i) {
    const UniqueFd file(::open(ResultFile("file" + std::to_string(i)).c_str(),
                               O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    ASSERT_TRUE(file);
  }
}

TEST_F(Results, HaveNoRoom) { EXPECT_EQ(FillWith(ResultFile("full")), ENOSPC); }

TEST_F(Results, AreFromAVmWithAFullDisk) { EXPECT_EQ(FillWith("/full"), ENOSPC); }

}  // namespace
}  // namespace dualpath
