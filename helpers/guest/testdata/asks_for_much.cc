// Calls the library only if it is given an argument.
extern "C" int DualpathUnneeded(int number);

int main(int argc, char**) { return argc > 1 ? DualpathUnneeded(argc) : 0; }
