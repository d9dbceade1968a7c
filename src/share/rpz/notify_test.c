#include "base/test.h"
TEST(x){check(true);}
int main(int c,char**v){return test_main(c,v);}
