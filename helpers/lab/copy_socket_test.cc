#include "helpers/lab/copy_socket.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class CopySocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    near_ = UniqueFd(ends[0]);
    far_ = UniqueFd(ends[1]);
  }

  UniqueFd near_;
  UniqueFd far_;
};

TEST_F(CopySocketTest, ReceivesWhatWasSent) {
  const std::string body = std::string("a\n\0\xFF", 4) + std::string(std::size_t{1} << 20, 'x');
  std::thread sender([&] {
    CopyMessage message;
    message.head = {{"into", "/tmp"}};
    message.body = body;
    EXPECT_TRUE(SendMessage(near_, message, Deadline::In(seconds(30))).ok());
  });
  const auto received = ReceiveMessage(far_, Deadline::In(seconds(30)));
  sender.join();
  ASSERT_TRUE(received.ok()) << received.error().ToString();
  EXPECT_EQ(received->head["into"], "/tmp");
  EXPECT_TRUE(received->body == body);
}

TEST_F(CopySocketTest, RefusesASizeThatIsNone) {
  for (const char* size : {"\"5\"", "-1", "[]", "1.5", "null", "1073741825"}) {
    SetUp();
    ASSERT_TRUE(
        SendAll(near_, "{\"bytes\": " + std::string(size) + "}\nhello", Deadline::In(seconds(30)))
            .ok());
    const auto received = ReceiveMessage(far_, Deadline::In(seconds(30)));
    ASSERT_FALSE(received.ok()) << size;
    EXPECT_THAT(received.error().ToString(), HasSubstr("bytes")) << size;
  }
}

TEST(CopyMessage, AFieldOfAnotherTypeIsMissing) {
  CopyMessage message;
  message.head = {{"into", 5}, {"mode", "0644"}, {"name", "file"}, {"offset", 7}};
  EXPECT_EQ(message.Text("into"), "");
  EXPECT_EQ(message.Text("from"), "");
  EXPECT_EQ(message.Text("name"), "file");
  EXPECT_EQ(message.Number("mode", 3), 3U);
  EXPECT_EQ(message.Number("bytes", 4), 4U);
  EXPECT_EQ(message.Number("offset", 0), 7U);
}

TEST_F(CopySocketTest, SendingEndsAtTheDeadlineIfTheReaderHangs) {
  const auto begun = std::chrono::steady_clock::now();
  const Status sent =
      SendAll(near_, std::string(std::size_t{16} << 20, 'x'), Deadline::In(milliseconds(50)));
  ASSERT_FALSE(sent.ok());
  EXPECT_THAT(sent.error().ToString(), HasSubstr("deadline expired with"));
  EXPECT_THAT(sent.error().ToString(), HasSubstr("of 16777216 bytes sent"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10));
}

TEST_F(CopySocketTest, SendingToAClosedSocketIsAnError) {
  far_.Reset();
  const Status sent = SendAll(near_, "x", Deadline::In(seconds(30)));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().error_number(), EPIPE);
}

TEST(RunningShellsTest, AreNotThoseOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  const TemporaryDirectory parent = *TemporaryDirectory::Create();
  ::setenv("TMPDIR", parent.path().c_str(), 1);
  const std::string directory = parent.path() + "/a";
  ASSERT_TRUE(WriteFileAtomically(directory + kShellNameFile, "lab\n").ok());
  ASSERT_TRUE(WriteFileAtomically(directory + kCopySocket, "").ok());
  EXPECT_EQ(RunningShells().size(), 1U);
  ASSERT_EQ(::chown(directory.c_str(), 65534, 65534), 0);
  EXPECT_EQ(RunningShells().size(), 0U);
  ::unsetenv("TMPDIR");
}

TEST(ShellNameTest, IsSafeInAFileNameAndACommandLine) {
  EXPECT_TRUE(IsShellName("my-lab_2"));
  for (const char* name : {"", "a/b", "a b", "a:b", "..", "ü"}) EXPECT_FALSE(IsShellName(name));
}

}  // namespace
}  // namespace dualpath::lab
