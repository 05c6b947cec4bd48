#include "helpers/scsi/command_gate.h"

#include <fcntl.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "helpers/base/eventually.h"
#include "helpers/base/unique_fd.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::scsi {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint8_t kIn = 0x5e;
constexpr std::uint8_t kOut = 0x5f;

/// A process that sends commands when told so. Its device is /dev/null, which refuses them all.
class Sender {
 public:
  Sender() {
    std::array<int, 2> orders{};
    std::array<int, 2> replies{};
    if (::pipe2(orders.data(), O_CLOEXEC) != 0 || ::pipe2(replies.data(), O_CLOEXEC) != 0) {
      std::abort();
    }
    pid_ = ::fork();
    if (pid_ == 0) Serve(orders[0], replies[1], orders[1]);
    ::close(orders[0]);
    ::close(replies[1]);
    orders_ = UniqueFd(orders[1]);
    replies_ = UniqueFd(replies[0]);
    ::fcntl(replies_.get(), F_SETFL, O_NONBLOCK);
  }
  Sender(Sender&&) = delete;
  Sender& operator=(Sender&&) = delete;
  ~Sender() { End(); }

  pid_t pid() const { return pid_; }

  void Send(std::uint8_t operation_code) const {
    EXPECT_EQ(::write(orders_.get(), &operation_code, 1), 1);
  }

  /// Returns whether a command has been sent within the time.
  bool HasSent(milliseconds time) const {
    return PollUntil(Deadline::In(time), [this] {
      char reply = 0;
      return ::read(replies_.get(), &reply, 1) == 1;
    });
  }

  void End() {
    if (pid_ == 0) return;
    orders_.Reset();
    // waitpid(2) would take a stop away from the gate, whose thread is one of this process too.
    EXPECT_TRUE(PollUntil(Deadline::In(seconds(10)), [this] {
      char reply = 0;
      return ::read(replies_.get(), &reply, 1) == 0;
    }));
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  [[noreturn]] static void Serve(int orders, int replies, int other_end) {
    ::close(other_end);
    const int device = ::open("/dev/null", O_RDONLY);
    std::uint8_t operation_code = 0;
    while (::read(orders, &operation_code, 1) == 1) {
      sg_io_hdr header{};
      header.interface_id = 'S';
      header.cmdp = &operation_code;
      header.cmd_len = 1;
      ::ioctl(device, SG_IO, &header);
      if (::write(replies, "", 1) != 1) break;
    }
    ::_exit(0);
  }

  pid_t pid_ = 0;
  UniqueFd orders_;
  UniqueFd replies_;
};

TEST(CommandGateTest, HoldsTheProcessBeforeTheCommandUntilItIsOpened) {
  const Sender sender;
  ASSERT_OK_AND_ASSIGN(CommandGate gate, CommandGate::Before(kOut, sender.pid()));
  sender.Send(kIn);
  EXPECT_TRUE(sender.HasSent(seconds(10)));
  EXPECT_FALSE(gate.Await(Deadline::In(milliseconds(50))).ok());

  sender.Send(kOut);
  EXPECT_OK(gate.Await(Deadline::In(seconds(10))));
  EXPECT_FALSE(sender.HasSent(milliseconds(100)));

  gate.Open();
  EXPECT_TRUE(sender.HasSent(seconds(10)));
  sender.Send(kOut);
  EXPECT_TRUE(sender.HasSent(seconds(10))) << "is still traced";
}

TEST(CommandGateTest, OpensWhenItIsDestroyed) {
  const Sender sender;
  {
    ASSERT_OK_AND_ASSIGN(const CommandGate gate, CommandGate::Before(kOut, sender.pid()));
    sender.Send(kOut);
    EXPECT_OK(gate.Await(Deadline::In(seconds(10))));
  }
  EXPECT_TRUE(sender.HasSent(seconds(10)));
}

TEST(CommandGateTest, DoesNotWaitForAProcessThatHasEnded) {
  Sender sender;
  ASSERT_OK_AND_ASSIGN(const CommandGate gate, CommandGate::Before(kOut, sender.pid()));
  sender.End();
  EXPECT_THAT(gate.Await(Deadline::In(seconds(60))), FailsWith(::testing::HasSubstr("has ended")));
}

TEST(CommandGateTest, NamesAProcessThatDoesNotExist) {
  Sender sender;
  const pid_t pid = sender.pid();
  sender.End();
  EXPECT_THAT(CommandGate::Before(kOut, pid), FailsWith(::testing::HasSubstr(std::to_string(pid))));
}

}  // namespace
}  // namespace dualpath::scsi
