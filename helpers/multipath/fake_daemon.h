#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "helpers/base/unique_fd.h"
#include "helpers/base/unix_socket.h"

namespace dualpath::multipath {

inline std::string UniqueAbstractName() {
  static std::atomic<int> count{0};
  return "@dualpath-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

/// Returns a message of the protocol that announces `length`, which may differ from the length of
/// `text`.
inline std::string Framed(std::size_t length, const std::string& text) {
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + text;
}

inline std::string Reply(const std::string& text) {
  return Framed(text.size() + 1, text + std::string(1, '\0'));
}

/// Answers every command with the bytes of `answer(command)` and closes the connection; if they are
/// empty, keeps the connection open and sends nothing.
class FakeDaemon {
 public:
  using Answer = std::function<std::string(const std::string& command)>;

  FakeDaemon(std::string name, Answer answer) : name_(std::move(name)), answer_(std::move(answer)) {
    auto listener = unix_socket::Listen(name_, 8);
    if (!listener.ok()) {
      ADD_FAILURE() << listener.error().ToString();
      return;
    }
    listener_ = std::move(*listener);
    thread_ = std::thread([this] { Serve(); });
  }

  ~FakeDaemon() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (name_[0] != '@') ::unlink(name_.c_str());
  }

  /// Commands received so far. Read it only after the client has received its answers.
  const std::vector<std::string>& commands() const { return commands_; }

 private:
  void Serve() {
    std::vector<UniqueFd> held;
    while (true) {
      UniqueFd fd(::accept(listener_.get(), nullptr, nullptr));
      if (!fd) return;
      std::size_t length = 0;
      if (::recv(fd.get(), &length, sizeof(length), MSG_WAITALL) != sizeof(length)) continue;
      std::string command(length, '\0');
      ::recv(fd.get(), command.data(), length, MSG_WAITALL);
      EXPECT_EQ(command.back(), '\0') << "the closing NUL is part of the message";
      command.pop_back();
      commands_.push_back(command);
      const std::string answer = answer_(command);
      for (std::size_t sent = 0; sent < answer.size();) {
        const ssize_t n =
            ::send(fd.get(), answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
      }
      if (answer.empty()) held.push_back(std::move(fd));
    }
  }

  std::string name_;
  Answer answer_;
  UniqueFd listener_;
  std::vector<std::string> commands_;
  std::thread thread_;
};

}  // namespace dualpath::multipath
