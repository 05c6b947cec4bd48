#include "helpers/lab/copy.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

using ::testing::HasSubstr;

TEST(LabPathTest, IsANameAndAnAbsolutePath) {
  const auto path = ParseLabPath("lab2:/etc/a:b");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->shell, "lab2");
  EXPECT_EQ(path->path, "/etc/a:b");
}

TEST(LabPathTest, AnythingElseIsOfThisMachine) {
  for (const char* word :
       {"", "file", "/tmp/x", "lab:", "lab:etc", ":/etc", "./lab:/x", "a b:/x"}) {
    EXPECT_FALSE(ParseLabPath(word)) << word;
  }
}

TEST(ShellNameTest, HasNothingThatAPathOrAShellWouldTakeForItsOwn) {
  EXPECT_TRUE(IsShellName("my-lab_2"));
  for (const char* name : {"", "a/b", "a b", "a:b", "..", "ü"}) EXPECT_FALSE(IsShellName(name));
}

/// Shells are looked for where temporary directories are; here in one of the test's own.
class CopyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_.emplace(std::move(*directory));
    const char* parent = std::getenv("TMPDIR");
    parent_ = parent == nullptr ? "" : parent;
    ::setenv("TMPDIR", directory_->path().c_str(), 1);
  }
  void TearDown() override {
    if (parent_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", parent_.c_str(), 1);
    }
  }
  std::string File(const std::string& name) { return directory_->path() + "/" + name; }

  int CopyAndCatch(const std::vector<std::string>& words) {
    ::testing::internal::CaptureStderr();
    const int code = Copy(words);
    said_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  std::optional<TemporaryDirectory> directory_;
  std::string parent_;
  std::string said_;
};

/// Answers one client of `door` with `reply`, and keeps what it asked.
class Answering {
 public:
  Answering(const CopyDoor& door, const std::string& reply, std::string* asked = nullptr)
      : thread_([&door, reply, asked] {
          const UniqueFd client(::accept(door.fd(), nullptr, nullptr));
          const auto said = ReadSome(client, Deadline::In(std::chrono::seconds(10)));
          if (said.ok() && asked != nullptr) *asked = *said;
          EXPECT_TRUE(SendAll(client, reply, Deadline::In(std::chrono::seconds(10))).ok());
        }) {}
  ~Answering() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST_F(CopyTest, ShellsAreNamedByThemselvesOrByTheUser) {
  const auto first = CopyDoor::Open("");
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_EQ(first->name(), "lab");
  const auto second = CopyDoor::Open("");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->name(), "lab2");
  const auto mine = CopyDoor::Open("mine");
  ASSERT_TRUE(mine.ok());
  EXPECT_EQ(mine->name(), "mine");
  const auto again = CopyDoor::Open("mine");
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().ToString(), HasSubstr("mine"));
}

TEST_F(CopyTest, AShellsNameIsFreeOnceItIsGone) {
  { ASSERT_TRUE(CopyDoor::Open("mine").ok()); }
  EXPECT_TRUE(CopyDoor::Open("mine").ok());
}

TEST_F(CopyTest, OneSideIsInTheLab) {
  EXPECT_EQ(CopyAndCatch({"a"}), kUsage);
  EXPECT_EQ(CopyAndCatch({"a", "b"}), kUsage);
  EXPECT_THAT(said_, HasSubstr("both on this machine"));
  EXPECT_EQ(CopyAndCatch({"lab:/a", "lab:/b"}), kUsage);
  EXPECT_THAT(said_, HasSubstr("both in the lab"));
  EXPECT_EQ(CopyAndCatch({"lab:/a", "b", "c"}), kUsage);
}

TEST_F(CopyTest, SaysWhichShellsRunIfThatOneDoesNot) {
  EXPECT_EQ(CopyAndCatch({"lab:/a", "b"}), kInfrastructure);
  EXPECT_THAT(said_, HasSubstr("no `dualpath shell` is running"));
  const auto door = CopyDoor::Open("");
  ASSERT_TRUE(door.ok());
  EXPECT_EQ(CopyAndCatch({"other:/a", "b"}), kInfrastructure);
  EXPECT_THAT(said_, HasSubstr("the running ones are: lab"));
}

TEST_F(CopyTest, TakesAFileOutWithItsMode) {
  const auto door = CopyDoor::Open("");
  ASSERT_TRUE(door.ok());
  const Answering shell(*door, "{\"bytes\": 3, \"mode\": 448}\nabc");
  EXPECT_EQ(CopyAndCatch({"lab:/x/program", directory_->path()}), kAllPassed) << said_;
  const auto copied = ReadFile(File("program"));
  ASSERT_TRUE(copied.ok()) << copied.error().ToString();
  EXPECT_EQ(*copied, "abc");
  EXPECT_EQ(std::filesystem::status(File("program")).permissions(),
            std::filesystem::perms::owner_all);
}

TEST_F(CopyTest, WritesThroughALinkAndIntoADevice) {
  const auto door = CopyDoor::Open("");
  ASSERT_TRUE(door.ok());
  std::filesystem::create_symlink("real", File("link"));
  const Answering shell(*door, "{\"bytes\": 3, \"mode\": 420}\nabc");
  EXPECT_EQ(CopyAndCatch({"lab:/x", File("link")}), kAllPassed) << said_;
  EXPECT_TRUE(std::filesystem::is_symlink(File("link")));
  const auto real = ReadFile(File("real"));
  ASSERT_TRUE(real.ok());
  EXPECT_EQ(*real, "abc");
}

TEST_F(CopyTest, BringsAFileInWithItsNameAndMode) {
  const auto door = CopyDoor::Open("");
  ASSERT_TRUE(door.ok());
  ASSERT_TRUE(WriteFileAtomically(File("in"), "hello\n").ok());
  std::filesystem::permissions(File("in"), std::filesystem::perms(0640));
  std::string asked;
  {
    const Answering shell(*door, "{}\n", &asked);
    EXPECT_EQ(CopyAndCatch({File("in"), "lab:/tmp"}), kAllPassed) << said_;
  }
  const auto head = nlohmann::json::parse(asked.substr(0, asked.find('\n')));
  const nlohmann::json expected = {{"bytes", 6}, {"into", "/tmp"}, {"mode", 0640}, {"name", "in"}};
  EXPECT_EQ(head, expected);
  EXPECT_THAT(asked, ::testing::EndsWith("\nhello\n"));
}

TEST_F(CopyTest, PassesOnWhatTheLabComplainsOf) {
  const auto door = CopyDoor::Open("");
  ASSERT_TRUE(door.ok());
  const Answering shell(*door, "{\"error\": \"tail: cannot open '/x'\"}\n");
  EXPECT_EQ(CopyAndCatch({"lab:/x", File("y")}), kInfrastructure);
  EXPECT_THAT(said_, HasSubstr("tail: cannot open '/x'"));
  EXPECT_FALSE(std::filesystem::exists(File("y")));
}

TEST_F(CopyTest, SurvivesAShellThatDiesOrTalksNonsense) {
  const auto door = CopyDoor::Open("");
  ASSERT_TRUE(door.ok());
  for (const char* reply :
       {"", "no json\n", "{\"bytes\": 99}\nshort", "{\"bytes\": 99999999999}\n"}) {
    const Answering shell(*door, reply);
    EXPECT_EQ(CopyAndCatch({"lab:/x", File("y")}), kInfrastructure) << reply;
  }
  EXPECT_FALSE(std::filesystem::exists(File("y")));
}

TEST_F(CopyTest, CopiesRegularFilesOnly) {
  EXPECT_EQ(CopyAndCatch({directory_->path(), "lab:/tmp"}), kInfrastructure);
  EXPECT_THAT(said_, HasSubstr("not a regular file"));
  EXPECT_EQ(CopyAndCatch({File("missing"), "lab:/tmp"}), kInfrastructure);
  EXPECT_THAT(said_, HasSubstr("No such file"));
}

}  // namespace
}  // namespace dualpath::lab
