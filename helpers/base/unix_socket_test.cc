#include "helpers/base/unix_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "helpers/base/temporary_directory.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

Deadline Soon() { return Deadline::In(seconds(10)); }

Deadline InAMoment() { return Deadline::InUnscaled(milliseconds(50)); }

class UnixSocketTest : public ::testing::Test {
 protected:
  void Connected(const std::string& name) {
    auto listener = unix_socket::Listen(name);
    ASSERT_TRUE(listener.ok()) << listener.error().ToString();
    listener_ = std::move(*listener);
    auto client = unix_socket::Connect(name, Soon());
    ASSERT_TRUE(client.ok()) << client.error().ToString();
    client_ = std::move(*client);
    auto server = unix_socket::Accept(listener_, Soon());
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = std::move(*server);
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/socket";
  UniqueFd listener_;
  UniqueFd client_;
  UniqueFd server_;
};

TEST_F(UnixSocketTest, CarriesBytesBothWaysUntilOneSideCloses) {
  for (const std::string& name : {file_, "@dualpath-test" + file_}) {
    Connected(name);
    ASSERT_TRUE(unix_socket::SendAll(client_, "to the server", "it", Soon()).ok());
    EXPECT_EQ(*unix_socket::ReceiveSome(server_, "it", Soon()), "to the server");
    ASSERT_TRUE(unix_socket::SendAll(server_, "and back", "it", Soon()).ok());
    EXPECT_EQ(*unix_socket::ReceiveSome(client_, "it", Soon()), "and back");
    client_.Reset();
    EXPECT_EQ(*unix_socket::ReceiveSome(server_, "it", Soon()), "");
    EXPECT_EQ(unix_socket::SendAll(server_, "x", "it", Soon()).error().ToString(),
              "send to: it: Broken pipe (errno 32)");
  }
}

TEST_F(UnixSocketTest, AResetConnectionCountsAsClosed) {
  Connected(file_);
  ASSERT_TRUE(unix_socket::SendAll(server_, "never read", "it", Soon()).ok());
  client_.Reset();
  EXPECT_EQ(*unix_socket::ReceiveSome(server_, "it", Soon()), "");
}

TEST_F(UnixSocketTest, SendsMoreThanTheSocketBuffers) {
  Connected(file_);
  const std::string large(4 << 20, 'x');
  std::thread sender([&] { EXPECT_TRUE(unix_socket::SendAll(client_, large, "it", Soon()).ok()); });
  std::string received;
  while (received.size() < large.size()) {
    const auto chunk = unix_socket::ReceiveSome(server_, "it", Soon());
    if (!chunk.ok() || chunk->empty()) break;
    received += *chunk;
  }
  sender.join();
  EXPECT_TRUE(received == large) << received.size() << " bytes received";
}

TEST_F(UnixSocketTest, SendingToAPeerThatNeverReadsEndsAtTheDeadline) {
  Connected(file_);
  // Both modes: `client_` does not block, `server_` does.
  for (const UniqueFd* fd : {&client_, &server_}) {
    const auto started = Deadline::Clock::now();
    const Status sent =
        unix_socket::SendAll(*fd, std::string(8 << 20, 'x'), "the lab", InAMoment());
    ASSERT_FALSE(sent.ok());
    EXPECT_THAT(sent.error().ToString(),
                AllOf(HasSubstr("send to: the lab: deadline expired with "),
                      HasSubstr(" of 8388608 bytes sent: the other side has stopped reading")));
    EXPECT_GE(Deadline::Clock::now() - started, milliseconds(50));
    EXPECT_LT(Deadline::Clock::now() - started, seconds(8));
  }
}

TEST_F(UnixSocketTest, ReceivingEndsAtTheDeadline) {
  Connected(file_);
  EXPECT_EQ(unix_socket::ReceiveSome(client_, "the lab", InAMoment()).error().ToString(),
            "receive from: the lab: deadline expired");
  EXPECT_EQ(unix_socket::Accept(listener_, InAMoment()).error().ToString(),
            "wait for: a connection: deadline expired");
}

TEST_F(UnixSocketTest, ReturnsWhatHasArrivedEvenIfTheDeadlineHasPassed) {
  Connected(file_);
  ASSERT_TRUE(unix_socket::SendAll(server_, "in time", "it", Soon()).ok());
  EXPECT_EQ(*unix_socket::ReceiveSome(client_, "it", Deadline::In(seconds(0))), "in time");
}

TEST_F(UnixSocketTest, ConnectFailsImmediatelyIfNothingListens) {
  EXPECT_EQ(unix_socket::Connect(file_, Soon()).error().error_number(), ENOENT);
  EXPECT_EQ(unix_socket::Connect("", Soon()).error().error_number(), ENOENT);
  EXPECT_EQ(unix_socket::Connect("@dualpath-test" + file_, Soon()).error().error_number(),
            ECONNREFUSED);
  Connected(file_);
  listener_.Reset();
  EXPECT_EQ(unix_socket::Connect(file_, Soon()).error().error_number(), ECONNREFUSED);
}

TEST_F(UnixSocketTest, ConnectWaitsWhileTheQueueIsFull) {
  const auto listener = unix_socket::Listen(file_, 0);
  ASSERT_TRUE(listener.ok());
  const auto first = unix_socket::Connect(file_, Soon());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(unix_socket::Connect(file_, InAMoment()).error().error_number(), EAGAIN);
  std::thread server([&] { EXPECT_TRUE(unix_socket::Accept(*listener, Soon()).ok()); });
  EXPECT_TRUE(unix_socket::Connect(file_, Soon()).ok());
  server.join();
}

TEST_F(UnixSocketTest, RefusesNamesThatAreTakenOrTooLong) {
  Connected(file_);
  EXPECT_EQ(unix_socket::Listen(file_).error().ToString(),
            "listen on: " + file_ + ": Address already in use (errno 98)");
  const std::string endless(108, 'x');
  EXPECT_EQ(unix_socket::Listen(endless).error().error_number(), ENAMETOOLONG);
  EXPECT_EQ(unix_socket::Connect(endless, Soon()).error().error_number(), ENAMETOOLONG);
}

}  // namespace
}  // namespace dualpath
