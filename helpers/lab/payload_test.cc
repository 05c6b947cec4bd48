#include "helpers/lab/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class PayloadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"mke2fs", "debugfs", "ldd", "strip"}) {
      if (process::FindProgram(tool).empty()) GTEST_SKIP() << tool << " is not installed";
    }
  }

  /// Copies a program, as if another clone had built it.
  std::string Copy(const std::string& program, const std::string& to) const {
    const fs::path path = directory_.path() + "/" + to;
    fs::create_directories(path.parent_path());
    fs::copy_file(program, path);
    return path;
  }

  Result<Payload> Make(const std::vector<std::string>& programs) const {
    return MakePayload(cache_, programs);
  }

  /// Returns the listing of a directory in the image.
  static std::string Listing(const Payload& payload, const std::string& directory) {
    const auto out =
        process::ExecuteChecked({{"debugfs", "-R", "ls -p " + directory, payload.image}},
                                Deadline::In(std::chrono::seconds(30)));
    return out.ok() ? *out : out.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path() + "/cache");
};

TEST_F(PayloadTest, HoldsTheProgramItsLoaderAndLibrariesAndTheScripts) {
  const auto payload = Make({"/bin/true"});
  ASSERT_TRUE(payload.ok()) << payload.error().ToString();
  EXPECT_EQ(fs::file_size(payload->image), std::uintmax_t{kPayloadMebibytes} << 20);
  EXPECT_THAT(Listing(*payload, "/bin"), ContainsRegex("/100755/[0-9]+/[0-9]+/true/"));
  EXPECT_THAT(Listing(*payload, "/lib"), AllOf(HasSubstr("/libc.so.6/"), HasSubstr("/ld-linux")));
  EXPECT_THAT(Listing(*payload, "/"), AllOf(HasSubstr("/start/"), HasSubstr("/load/")));
  EXPECT_FALSE(fs::exists(payload->entry.File("tree"))) << "only the image is kept";
}

TEST_F(PayloadTest, IsMadeOnceForTheSameFiles) {
  const auto one = Make({"/bin/true"});
  const auto other = Make({"/bin/true", "/bin/true"});
  ASSERT_TRUE(one.ok()) << one.error().ToString();
  ASSERT_TRUE(other.ok()) << other.error().ToString();
  EXPECT_EQ(one->image, other->image);
}

TEST_F(PayloadTest, HasTheDigestOfItsContent) {
  const auto one = Make({Copy("/bin/true", "clone/bin/program")});
  const auto same = Make({Copy("/bin/true", "other-clone/bin/program")});
  const auto other = Make({Copy("/bin/false", "third-clone/bin/program")});
  const auto renamed = Make({Copy("/bin/true", "clone/bin/renamed")});
  for (const auto* payload : {&one, &same, &other, &renamed}) {
    ASSERT_TRUE(payload->ok()) << payload->error().ToString();
  }
  EXPECT_EQ(one->digest.size(), 64U);
  EXPECT_EQ(same->digest, one->digest);
  EXPECT_NE(other->digest, one->digest);
  EXPECT_NE(renamed->digest, one->digest);
}

TEST_F(PayloadTest, IsRebuiltForAChangedProgram) {
  const std::string program = Copy("/bin/true", "program");
  const auto before = Make({program});
  ASSERT_TRUE(before.ok()) << before.error().ToString();
  fs::copy_file("/bin/false", program, fs::copy_options::overwrite_existing);
  const auto after = Make({program});
  ASSERT_TRUE(after.ok()) << after.error().ToString();
  EXPECT_NE(after->digest, before->digest);
}

TEST_F(PayloadTest, CarriesDataUnchanged) {
  const std::string job = Copy("/bin/true", "job.fio");
  const auto payload = MakePayload(cache_, {"/bin/true"}, {job});
  ASSERT_TRUE(payload.ok()) << payload.error().ToString();
  EXPECT_THAT(Listing(*payload, "/data"), HasSubstr("/job.fio/"));
  const auto without = Make({"/bin/true"});
  ASSERT_TRUE(without.ok()) << without.error().ToString();
  EXPECT_NE(without->image, payload->image);
}

TEST_F(PayloadTest, NamesTheProgramThatIsMissing) {
  EXPECT_EQ(Make({"/bin/true", "/no/such/program"}).error().ToString(),
            "make the payload: /no/such/program: No such file or directory (errno 2)");
}

TEST_F(PayloadTest, RefusesTwoProgramsOfTheSameName) {
  const std::string other = Copy("/bin/false", "other/true");
  const auto payload = Make({"/bin/true", other});
  ASSERT_FALSE(payload.ok());
  EXPECT_THAT(payload.error().ToString(),
              AllOf(HasSubstr("copy into the payload: "), HasSubstr("File exists")));
}

}  // namespace
}  // namespace dualpath::lab
