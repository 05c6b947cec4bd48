#include "ci/dualpath/cp_command.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "ci/dualpath/copy_client.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/lab/copy_server.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;

TEST(LabPathTest, IsANameAndAnAbsolutePath) {
  const auto path = ParseLabPath("lab2:/etc/a:b");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->shell, "lab2");
  EXPECT_EQ(path->path, "/etc/a:b");
}

TEST(LabPathTest, AnythingElseIsAFileOnThisMachine) {
  for (const char* word :
       {"", "file", "/tmp/x", "lab:", "lab:etc", ":/etc", "./lab:/x", "a b:/x"}) {
    EXPECT_FALSE(ParseLabPath(word)) << word;
  }
}

/// Sets TMPDIR, so that running shells are looked up in a directory of the test.
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
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  std::optional<TemporaryDirectory> directory_;
  std::string parent_;
  std::string err_;
};

/// Answers one client of `server` with `reply`, and stores the request in `received`. The whole
/// request is read first, as a shell does: a client that is still sending would see EPIPE.
class Answering {
 public:
  Answering(const lab::CopyServer& server, const std::string& reply,
            lab::CopyMessage* received = nullptr)
      : thread_([&server, reply, received] {
          const Deadline deadline = Deadline::In(std::chrono::seconds(10));
          const UniqueFd client(::accept(server.fd(), nullptr, nullptr));
          const auto request = lab::ReceiveMessage(client, deadline);
          EXPECT_TRUE(request.ok());
          if (request.ok() && received != nullptr) *received = *request;
          EXPECT_TRUE(lab::SendAll(client, reply, deadline).ok());
        }) {}
  ~Answering() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST_F(CopyTest, AShellHasADefaultOrAGivenName) {
  const auto first = lab::CopyServer::Open("");
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_EQ(first->name(), "lab");
  const auto second = lab::CopyServer::Open("");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->name(), "lab2");
  const auto mine = lab::CopyServer::Open("mine");
  ASSERT_TRUE(mine.ok());
  EXPECT_EQ(mine->name(), "mine");
  const auto again = lab::CopyServer::Open("mine");
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().ToString(), HasSubstr("mine"));
}

TEST_F(CopyTest, AShellsNameIsFreeOnceTheShellHasExited) {
  { ASSERT_TRUE(lab::CopyServer::Open("mine").ok()); }
  EXPECT_TRUE(lab::CopyServer::Open("mine").ok());
}

TEST_F(CopyTest, ExactlyOneSideIsInTheLab) {
  EXPECT_EQ(CopyAndCatch({"a"}), kUsage);
  EXPECT_EQ(CopyAndCatch({"a", "b"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("both on this machine"));
  EXPECT_EQ(CopyAndCatch({"lab:/a", "lab:/b"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("both in the lab"));
  EXPECT_EQ(CopyAndCatch({"lab:/a", "b", "c"}), kUsage);
}

TEST_F(CopyTest, ListsTheRunningShellsIfTheNamedOneIsNotRunning) {
  EXPECT_EQ(CopyAndCatch({"lab:/a", "b"}), kInfrastructure);
  EXPECT_THAT(err_, HasSubstr("no `dualpath shell` is running"));
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  EXPECT_EQ(CopyAndCatch({"other:/a", "b"}), kInfrastructure);
  EXPECT_THAT(err_, HasSubstr("no running shell has this name; running: lab"));
}

TEST_F(CopyTest, CopiesAFileOutWithItsMode) {
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  const Answering shell(*server, "{\"bytes\": 3, \"mode\": 448}\nabc");
  EXPECT_EQ(CopyAndCatch({"lab:/x/program", directory_->path()}), kAllPassed) << err_;
  const auto copied = ReadFile(File("program"));
  ASSERT_TRUE(copied.ok()) << copied.error().ToString();
  EXPECT_EQ(*copied, "abc");
  EXPECT_EQ(std::filesystem::status(File("program")).permissions(),
            std::filesystem::perms::owner_all);
}

TEST_F(CopyTest, WritesThroughASymbolicLink) {
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  std::filesystem::create_symlink("real", File("link"));
  const Answering shell(*server, "{\"bytes\": 3, \"mode\": 420}\nabc");
  EXPECT_EQ(CopyAndCatch({"lab:/x", File("link")}), kAllPassed) << err_;
  EXPECT_TRUE(std::filesystem::is_symlink(File("link")));
  const auto real = ReadFile(File("real"));
  ASSERT_TRUE(real.ok());
  EXPECT_EQ(*real, "abc");
}

TEST_F(CopyTest, CopiesAFileInWithItsNameAndMode) {
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  ASSERT_TRUE(WriteFileAtomically(File("in"), "hello\n").ok());
  std::filesystem::permissions(File("in"), std::filesystem::perms(0640));
  lab::CopyMessage received;
  {
    const Answering shell(*server, "{}\n", &received);
    EXPECT_EQ(CopyAndCatch({File("in"), "lab:/tmp"}), kAllPassed) << err_;
  }
  const nlohmann::json expected = {{"bytes", 6}, {"into", "/tmp"}, {"mode", 0640}, {"name", "in"}};
  EXPECT_EQ(received.head, expected);
  EXPECT_EQ(received.body, "hello\n");
}

TEST_F(CopyTest, PrintsTheLabsErrorMessage) {
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  const Answering shell(*server, "{\"error\": \"tail: cannot open '/x'\"}\n");
  EXPECT_EQ(CopyAndCatch({"lab:/x", File("y")}), kInfrastructure);
  EXPECT_THAT(err_, HasSubstr("tail: cannot open '/x'"));
  EXPECT_FALSE(std::filesystem::exists(File("y")));
}

TEST_F(CopyTest, FailsOnAnInvalidOrTruncatedAnswer) {
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  for (const char* reply : {"", "no json\n", "{\"bytes\": 99}\nshort", "{\"bytes\": 99999999999}\n",
                            "{\"bytes\": \"1\"}\nx", "{\"error\": 5}\n"}) {
    const Answering shell(*server, reply);
    EXPECT_EQ(CopyAndCatch({"lab:/x", File("y")}), kInfrastructure) << reply;
  }
  EXPECT_FALSE(std::filesystem::exists(File("y")));
}

TEST_F(CopyTest, EndsAtTheDeadlineIfTheShellHangs) {
  const auto server = lab::CopyServer::Open("");
  ASSERT_TRUE(server.ok());
  // Larger than the socket's buffer, and the connection is not served.
  ASSERT_TRUE(WriteFileAtomically(File("large"), std::string(std::size_t{4} << 20, 'x')).ok());
  const auto begun = std::chrono::steady_clock::now();
  const Deadline deadline = Deadline::In(std::chrono::milliseconds(50));
  const Status in = CopyIn(File("large"), {"lab", "/tmp"}, deadline);
  ASSERT_FALSE(in.ok());
  EXPECT_THAT(in.error().ToString(), HasSubstr("deadline expired with"));
  const Status out = CopyOut({"lab", "/x"}, File("y"), deadline);
  ASSERT_FALSE(out.ok());
  EXPECT_THAT(out.error().ToString(), HasSubstr("deadline expired"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

TEST_F(CopyTest, CopiesRegularFilesOnly) {
  EXPECT_EQ(CopyAndCatch({directory_->path(), "lab:/tmp"}), kInfrastructure);
  EXPECT_THAT(err_, HasSubstr("not a regular file"));
  EXPECT_EQ(CopyAndCatch({File("missing"), "lab:/tmp"}), kInfrastructure);
  EXPECT_THAT(err_, HasSubstr("No such file"));
}

}  // namespace
}  // namespace dualpath::cli
