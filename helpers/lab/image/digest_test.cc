#include "helpers/lab/image/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Examples of FIPS 180-4.
constexpr char kDigestOfNothing[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kDigestOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

class DigestTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) const {
    std::string path = directory_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomically(path, content).ok());
    return path;
  }

  std::string OfTree(const std::string& name) const {
    const auto digest = DigestOfTree(directory_.path() + "/" + name);
    return digest.ok() ? *digest : digest.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

TEST_F(DigestTest, TextDigestIsItsSha256) {
  EXPECT_EQ(*DigestOfText(""), kDigestOfNothing);
  EXPECT_EQ(*DigestOfText("abc"), kDigestOfAbc);
  EXPECT_NE(*DigestOfText("abc\n"), kDigestOfAbc);
}

TEST_F(DigestTest, FileDigestsAreInTheSameOrder) {
  const std::string abc = Write("abc", "abc");
  const std::string empty = Write("empty", "");
  EXPECT_THAT(*DigestsOfFiles({abc, empty, abc}),
              ElementsAre(kDigestOfAbc, kDigestOfNothing, kDigestOfAbc));
  EXPECT_THAT(*DigestsOfFiles({}), IsEmpty());
}

TEST_F(DigestTest, FileDigestsAcceptAnyName) {
  EXPECT_THAT(*DigestsOfFiles({Write("two words", "abc"), Write("back\\slash", "abc"),
                               Write("two\nlines", "abc"), Write("--check", "abc")}),
              ElementsAre(kDigestOfAbc, kDigestOfAbc, kDigestOfAbc, kDigestOfAbc));
}

TEST_F(DigestTest, FileDigestsNameAMissingFile) {
  const auto digests = DigestsOfFiles({Write("abc", "abc"), directory_.path() + "/missing"});
  ASSERT_FALSE(digests.ok());
  EXPECT_THAT(digests.error().ToString(), HasSubstr(directory_.path() + "/missing: No such file"));
}

TEST_F(DigestTest, TreeDigestEqualsThatOfACopy) {
  for (const std::string tree : {"one", "other"}) {
    Write(tree + "/bin/program", "program");
    Write(tree + "/etc/deep/config", "config");
    Write(tree + "/readme", "readme");
  }
  EXPECT_EQ(OfTree("one"), OfTree("other"));
  EXPECT_EQ(OfTree("one").size(), 64U);
}

TEST_F(DigestTest, TreeDigestDependsOnContentNamesModesAndNumber) {
  const std::string program = Write("tree/bin/program", "program");
  Write("tree/readme", "readme");
  const std::string before = OfTree("tree");

  Write("tree/bin/program", "Program");
  EXPECT_NE(OfTree("tree"), before);
  Write("tree/bin/program", "program");
  EXPECT_EQ(OfTree("tree"), before);

  fs::permissions(program, fs::perms::owner_exec, fs::perm_options::add);
  EXPECT_NE(OfTree("tree"), before);
  fs::permissions(program, fs::perms::owner_exec, fs::perm_options::remove);
  EXPECT_EQ(OfTree("tree"), before);

  fs::rename(program, directory_.path() + "/tree/bin/other");
  EXPECT_NE(OfTree("tree"), before);
  fs::rename(directory_.path() + "/tree/bin/other", directory_.path() + "/tree/program");
  EXPECT_NE(OfTree("tree"), before);
  fs::rename(directory_.path() + "/tree/program", program);
  EXPECT_EQ(OfTree("tree"), before);

  Write("tree/more", "");
  EXPECT_NE(OfTree("tree"), before);
}

TEST_F(DigestTest, TreeDigestWithoutFilesIsThatOfEmptyText) {
  fs::create_directories(directory_.path() + "/bare/bin");
  EXPECT_EQ(OfTree("bare"), kDigestOfNothing);
  EXPECT_EQ(OfTree("missing"), "list directory: " + directory_.path() +
                                   "/missing: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::lab
