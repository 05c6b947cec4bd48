#include "helpers/guest/initramfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <optional>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/decompress.h"
#include "helpers/process/process.h"

namespace dualpath::guest {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << (result).error().ToString()

Deadline Soon() { return Deadline::In(seconds(20)); }

TEST(ParseShowDepends, KeepsTheOrderAndEachModuleOnce) {
  const auto files = ParseShowDepends(
      "builtin virtio_pci\n"
      "insmod /lib/modules/6.12/kernel/drivers/scsi/scsi_common.ko.xz \n"
      "insmod /lib/modules/6.12/kernel/drivers/scsi/scsi_mod.ko.xz scan=sync\n"
      "insmod /lib/modules/6.12/kernel/drivers/scsi/scsi_common.ko.xz \n"
      "insmod /lib/modules/6.12/kernel/drivers/scsi/sd_mod.ko.xz \n"
      "\n");
  ASSERT_OK(files);
  EXPECT_THAT(*files, ElementsAre("/lib/modules/6.12/kernel/drivers/scsi/scsi_common.ko.xz",
                                  "/lib/modules/6.12/kernel/drivers/scsi/scsi_mod.ko.xz",
                                  "/lib/modules/6.12/kernel/drivers/scsi/sd_mod.ko.xz"));
}

TEST(ParseShowDepends, BuiltInModulesAreSkipped) {
  const auto files = ParseShowDepends("builtin virtio_pci\n");
  ASSERT_OK(files);
  EXPECT_THAT(*files, IsEmpty());
}

TEST(ParseShowDepends, RefusesInstallCommands) {
  const auto files = ParseShowDepends("install /bin/true\n");
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(files.error().ToString(), HasSubstr("resolve modules: install /bin/true: "));
}

std::string Signed(const std::string& module, const std::string& signature, char length) {
  return module + signature + std::string(8, '\2') + std::string(3, '\0') + length +
         "~Module signature appended~\n";
}

TEST(WithoutSignature, CutsExactlyTheSignature) {
  EXPECT_EQ(WithoutSignature(Signed("\x7F"
                                    "ELF module",
                                    "signature", 9)),
            "\x7F"
            "ELF module");
}

TEST(WithoutSignature, KeepsUnsignedModules) {
  EXPECT_EQ(WithoutSignature("\x7F"
                             "ELF module"),
            "\x7F"
            "ELF module");
  EXPECT_EQ(WithoutSignature(""), "");
  const std::string nonsense = Signed("short", "", 100);
  EXPECT_EQ(WithoutSignature(nonsense), nonsense) << "longer than the module";
}

TEST(Decompress, RecognizesTheFormatByItsFirstBytes) {
  for (const char* program : {"gzip", "xz", "zstd"}) {
    if (process::FindProgram(program).empty()) continue;
    const auto packed = process::ExecuteChecked({{program, "-c"}, "module"}, Soon());
    ASSERT_OK(packed);
    const auto plain = Decompress(*packed, "m.ko", Soon());
    ASSERT_OK(plain);
    EXPECT_EQ(*plain, "module") << program;
  }
  EXPECT_EQ(*Decompress("module", "m.ko", Soon()), "module");
}

TEST(Decompress, TheErrorNamesTheDamagedFile) {
  const auto plain = Decompress("\x1F\x8B damaged", "m.ko.gz", Soon());
  ASSERT_FALSE(plain.ok());
  EXPECT_THAT(plain.error().ToString(), HasSubstr("decompress m.ko.gz: run: gzip -dc: "));
}

/// Puts a fake modprobe first in PATH: the real one reads only indexes that depmod creates from
/// real modules.
class BuildInitramfsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (process::FindProgram("cpio").empty()) GTEST_SKIP() << "cpio is not installed";
    auto directory = TemporaryDirectory::Create();
    ASSERT_OK(directory);
    directory_.emplace(std::move(directory).value());
    const std::string root = directory_->path();
    options_.root = root;
    options_.kernel_release = "6.1-test";
    options_.agent_path = root + "/agent";
    options_.output = root + "/out/guest.cpio";
    options_.modules = {"sg"};
    ASSERT_OK(WriteFileAtomically(options_.agent_path, "the agent"));
    ASSERT_OK(WriteFileAtomically(root + "/lib/sg.ko", Signed("sg", "signature", 9)));
    ASSERT_OK(WriteFileAtomically(root + "/lib/scsi_mod.ko", "scsi_mod"));
    FakeModprobe("echo \"$@\" > " + root + "/arguments\n" +  //
                 "echo builtin virtio_pci\n" +               //
                 "echo insmod " + root + "/lib/scsi_mod.ko\n" + "echo insmod " + root +
                 "/lib/sg.ko\n");
    path_ = std::getenv("PATH");
    ::setenv("PATH", (root + "/bin:" + path_).c_str(), 1);
  }

  void TearDown() override {
    if (!path_.empty()) ::setenv("PATH", path_.c_str(), 1);
  }

  void FakeModprobe(const std::string& script) {
    const std::string path = directory_->path() + "/bin/modprobe";
    ASSERT_OK(WriteFileAtomically(path, "#!/bin/sh\n" + script));
    ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  }

  /// Returns the content of one member of the archive.
  std::string Member(const std::string& name) {
    const auto archive = ReadFile(options_.output);
    if (!archive.ok()) return archive.error().ToString();
    const auto text =
        process::ExecuteChecked({{"cpio", "-i", "--quiet", "--to-stdout", name}, *archive}, Soon());
    return text.ok() ? *text : text.error().ToString();
  }

  InitramfsOptions options_;
  std::optional<TemporaryDirectory> directory_;
  std::string path_;
};

TEST_F(BuildInitramfsTest, ContainsTheAgentAndItsModules) {
  ASSERT_OK(BuildInitramfs(options_, Soon()));
  EXPECT_EQ(Member("init"), "the agent");
  EXPECT_EQ(Member("modules.list"), "/scsi_mod.ko\n/sg.ko\n");
  EXPECT_EQ(Member("sg.ko"), "sg");
  EXPECT_EQ(*ReadFile(directory_->path() + "/arguments"),
            "-d " + directory_->path() + " -S 6.1-test -a --show-depends sg\n");
}

TEST_F(BuildInitramfsTest, KeepsSignaturesIfRequested) {
  options_.keep_signatures = true;
  ASSERT_OK(BuildInitramfs(options_, Soon()));
  EXPECT_THAT(Member("sg.ko"), HasSubstr("~Module signature appended~"));
}

TEST_F(BuildInitramfsTest, TheErrorQuotesModprobe) {
  FakeModprobe("echo modprobe: FATAL: Module sg not found >&2; exit 1\n");
  const Status built = BuildInitramfs(options_, Soon());
  ASSERT_FALSE(built.ok());
  EXPECT_THAT(built.error().ToString(), HasSubstr("Module sg not found"));
}

TEST_F(BuildInitramfsTest, TheErrorNamesTheMissingAgent) {
  options_.agent_path = "/no/such/agent";
  const Status built = BuildInitramfs(options_, Soon());
  ASSERT_FALSE(built.ok());
  EXPECT_THAT(built.error().ToString(), HasSubstr("read file: /no/such/agent"));
}

}  // namespace
}  // namespace dualpath::guest
