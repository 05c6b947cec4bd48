#include "helpers/lab/line_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(TakeLine, TakesOneWholeLineAtATime) {
  std::string buffered = "first\n\nthird\nand a ha";
  EXPECT_EQ(TakeLine(buffered), "first");
  EXPECT_EQ(TakeLine(buffered), "");
  EXPECT_EQ(TakeLine(buffered), "third");
  EXPECT_EQ(TakeLine(buffered), std::nullopt);
  EXPECT_EQ(buffered, "and a ha");
  buffered += "lf\n";
  EXPECT_EQ(TakeLine(buffered), "and a half");
  EXPECT_EQ(buffered, "");
  EXPECT_EQ(TakeLine(buffered), std::nullopt);
}

/// A client as QEMU is one.
UniqueFd ConnectTo(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  return fd;
}

class LineSocketTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/port";
};

TEST_F(LineSocketTest, CarriesTextBothWaysUntilOneSideCloses) {
  const auto listener = ListenAt(path_);
  ASSERT_TRUE(listener.ok()) << listener.error().ToString();
  UniqueFd client = ConnectTo(path_);
  const auto server = AcceptOn(*listener, Deadline::In(seconds(10)));
  ASSERT_TRUE(server.ok()) << server.error().ToString();

  ASSERT_TRUE(SendAll(client, "one\ntwo\n").ok());
  EXPECT_EQ(*ReadSome(*server, Deadline::In(seconds(10))), "one\ntwo\n");
  ASSERT_TRUE(SendAll(*server, "three\n").ok());
  EXPECT_EQ(*ReadSome(client, Deadline::In(seconds(10))), "three\n");

  ASSERT_TRUE(SendAll(client, "last").ok());
  client.Reset();
  EXPECT_EQ(*ReadSome(*server, Deadline::In(seconds(10))), "last");
  EXPECT_EQ(*ReadSome(*server, Deadline::In(seconds(10))), "") << "the other side has closed";
  EXPECT_EQ(SendAll(*server, "x").error().ToString(), "send to: the lab: Broken pipe (errno 32)");
}

TEST_F(LineSocketTest, WaitsNoLongerThanItShould) {
  const auto listener = ListenAt(path_);
  ASSERT_TRUE(listener.ok()) << listener.error().ToString();
  EXPECT_EQ(AcceptOn(*listener, Deadline::InUnscaled(milliseconds(10))).error().ToString(),
            "wait for: a connection: deadline expired");
  const UniqueFd client = ConnectTo(path_);
  EXPECT_EQ(ReadSome(client, Deadline::InUnscaled(milliseconds(10))).error().ToString(),
            "wait for: the lab's answer: deadline expired");
}

TEST_F(LineSocketTest, SaysWhatToDoAboutALongPath) {
  const std::string path = directory_.path() + "/" + std::string(108, 'x');
  EXPECT_EQ(ListenAt(path).error().ToString(),
            "use the socket: " + path +
                ": the path is too long for a socket; set TMPDIR to a shorter one");
}

TEST_F(LineSocketTest, NamesAPathThatIsTaken) {
  const auto first = ListenAt(path_);
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_EQ(ListenAt(path_).error().ToString(),
            "listen on: " + path_ + ": Address already in use (errno 98)");
  EXPECT_THAT(ListenAt("/no/such/port").error().ToString(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace dualpath::lab
