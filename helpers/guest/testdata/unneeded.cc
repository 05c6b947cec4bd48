// A library with a versioned function, as librdmacm and others are to fio.
extern "C" int DualpathUnneeded(int number) { return number + 1; }
